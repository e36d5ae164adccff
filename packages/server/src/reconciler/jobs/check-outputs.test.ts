import { ProviderError } from '@errand/core';
import { describe, expect, it } from 'vitest';
import { type JobWorld, openJobWorld } from '../../../test/job-world.ts';

const [ONE, TWO] = ['s3://box/one', 's3://box/two'] as const;
const down = (): never => {
  throw new ProviderError('transient', 'S3 does not answer');
};

/** A job whose only command has just ended well. */
async function checked(world: JobWorld, outputs: readonly object[], more: object = {}): Promise<string> {
  const { id } = await world.submit({ session: { provider: 'fake' }, commands: ['x'], outputs, ...more });
  await world.pass(6);
  await world.endCommand(id);
  return id;
}

async function stateOf(world: JobWorld, id: string): Promise<string> {
  return (await world.job(id)).state;
}

describe('an output', () => {
  it('that comes within its wait is in time, and holds up nobody else for whose wait is shorter', async () => {
    await using world = await openJobWorld();
    world.shelf.put(ONE);
    const id = await checked(world, [
      { s3: ONE, wait: '1s' },
      { s3: TWO, wait: '20s' },
    ]);
    await world.pass(15);
    expect(await world.job(id)).toMatchObject({
      state: 'checking',
      attempt: { outputs: [{ state: 'ok' }, { state: 'missing' }] },
    });
    world.shelf.put(TWO);
    await world.pass(6);
    expect(await world.job(id)).toMatchObject({ state: 'finished', end: { cause: null } });
  });

  it('that does not come within its wait fails the attempt then', async () => {
    await using world = await openJobWorld();
    const id = await checked(world, [{ s3: ONE, wait: '10s' }]);
    await world.pass(8);
    expect(await stateOf(world, id)).toBe('checking');
    await world.pass(8);
    expect((await world.job(id)).end?.cause).toMatchObject({ kind: 'output_missing', output: 0 });
    expect(world.provider.machines.alive()).toEqual([]);
  });

  it('that was as it should be is not asked for again, though it is moved away before the others are there', async () => {
    await using world = await openJobWorld();
    world.shelf.put(ONE);
    const id = await checked(world, [
      { s3: ONE, wait: '1s' },
      { s3: TWO, wait: '20s' },
    ]);
    await world.pass(3);
    world.shelf.things.delete(ONE);
    world.shelf.put(TWO);
    await world.pass(6);
    expect((await world.job(id)).end).toMatchObject({ cause: null });
  });

  it('whose place does not answer for a while is waited for, as one that is not there yet', async () => {
    await using world = await openJobWorld();
    world.shelf.put(ONE);
    world.shelf.onLook = down;
    const id = await checked(world, [{ s3: ONE, wait: '20s' }]);
    await world.pass(10);
    expect(await world.job(id)).toMatchObject({
      state: 'checking',
      attempt: { outputs: [{ state: 'unchecked', why: 'S3 does not answer' }] },
    });
    world.shelf.onLook = () => undefined;
    await world.pass(6);
    expect((await world.job(id)).end).toMatchObject({ cause: null });
    expect(world.errors).toEqual([]);
  });

  it('whose place never answers is not called missing: another attempt may see it', async () => {
    await using world = await openJobWorld();
    world.shelf.put(ONE);
    world.shelf.onLook = down;
    const retry = { attempts: 2, on: ['infrastructure'], backoff: '1h' };
    const id = await checked(
      world,
      [
        { s3: TWO, wait: '60s' },
        { s3: ONE, wait: '5s' },
      ],
      { retry },
    );
    await world.pass(12);
    expect(await world.job(id)).toMatchObject({
      state: 'waiting',
      past: [
        { cause: { kind: 'infrastructure', why: 'Output 2 could not be looked at: S3 does not answer' } },
      ],
    });
  });

  it('with another checksum is not the one, and one that goes while it is read is not there', async () => {
    await using world = await openJobWorld();
    world.shelf.put(ONE);
    const output = { s3: ONE, wait: '3s', checksum: `md5:${'b'.repeat(32)}` };
    const other = await checked(world, [output]);
    await world.pass(10);
    expect((await world.job(other)).end?.cause).toMatchObject({ kind: 'output_invalid' });
    world.shelf.onChecksum = () => null;
    const gone = await checked(world, [output]);
    await world.pass(10);
    expect((await world.job(gone)).end?.cause).toMatchObject({ kind: 'output_missing' });
    world.shelf.onChecksum = () => 'b'.repeat(32);
    const right = await checked(world, [output]);
    await world.pass(10);
    expect((await world.job(right)).end).toMatchObject({ cause: null });
  });
});

describe('the document of a job that succeeded', () => {
  it('is put beside each output, as it was run and without its secrets', async () => {
    await using world = await openJobWorld();
    for (const output of [ONE, TWO]) world.shelf.put(output);
    const session = { provider: 'fake', secretEnv: { TOKEN: 'very secret' } };
    const id = await checked(world, [{ s3: ONE }, { s3: TWO }], { name: 'of-{year}', session });
    await world.pass(6);
    const { end, name } = await world.job(id);
    expect(end).toMatchObject({ cause: null });
    expect(world.shelf.beside.map(([output]) => output)).toEqual([ONE, TWO]);
    const [[, text] = ['', '']] = world.shelf.beside;
    expect(JSON.parse(text)).toMatchObject({ job: id, attempt: 1, document: { name, commands: ['x'] } });
    expect(text).not.toContain('very secret');
  });

  it('is put there again after a mistake of ours, which is told', async () => {
    await using world = await openJobWorld();
    world.shelf.put(ONE);
    const oops = new Error('oops');
    world.shelf.onPutBeside = () => {
      if (world.errors.length === 0) throw oops;
    };
    const id = await checked(world, [{ s3: ONE }]);
    await world.pass(6);
    expect([world.errors, world.shelf.beside.length]).toEqual([[oops], 1]);
    expect((await world.job(id)).end).toMatchObject({ cause: null });
  });

  it('spoils nothing where it cannot be put there: the job says so', async () => {
    await using world = await openJobWorld();
    world.shelf.put(ONE);
    world.shelf.onPutBeside = down;
    const id = await checked(world, [{ s3: ONE }]);
    await world.pass(6);
    const job = await world.job(id);
    expect(job.end).toMatchObject({ cause: null });
    expect(job.warnings.join()).toContain('could not be stored with the outputs: S3 does not answer');
  });
});

describe('an output that takes long to be read', () => {
  const reading = { s3: ONE, wait: '5s', checksum: `md5:${'b'.repeat(32)}` };

  async function read(
    world: JobWorld,
    more: object = {},
  ): Promise<PromiseWithResolvers<string> & { id: string }> {
    const checksum = Promise.withResolvers<string>();
    world.shelf.put(ONE);
    world.shelf.onChecksum = () => checksum.promise;
    return { ...checksum, id: await checked(world, [reading], more) };
  }

  it('is read once, to its end, however short its wait', async () => {
    await using world = await openJobWorld();
    const { id, resolve } = await read(world);
    await world.pass(30);
    expect(await world.job(id)).toMatchObject({
      state: 'checking',
      attempt: { outputs: [{ state: 'unchecked' }] },
    });
    expect(world.shelf.looks).toBe(1);
    resolve('b'.repeat(32));
    await world.pass(6);
    expect((await world.job(id)).end).toMatchObject({ cause: null });
    expect(world.shelf.looks).toBe(1);
  });

  it('keeps no machine of a job that is canceled', async () => {
    await using world = await openJobWorld();
    const { id } = await read(world);
    await world.pass(10);
    await world.cancel(id);
    await world.pass(10);
    expect(await stateOf(world, id)).toBe('finished');
    expect(world.provider.machines.alive()).toEqual([]);
  });

  it('keeps no machine beyond the limit of its attempt, and its end is heard by nobody', async () => {
    await using world = await openJobWorld();
    const { id, reject } = await read(world, { timeout: '40s' });
    await world.pass(60);
    expect((await world.job(id)).end?.cause).toMatchObject({ kind: 'timed_out', limit: 'attempt' });
    expect(world.provider.machines.alive()).toEqual([]);
    reject(new ProviderError('transient', 'broke off'));
    await world.pass(3);
    expect(world.errors).toEqual([]);
  });

  it('is read anew for the next attempt, which must not be judged by the one before', async () => {
    await using world = await openJobWorld();
    const { id } = await read(world, { timeout: '40s', retry: { attempts: 2, backoff: '1s' } });
    await world.pass(50);
    expect(await world.job(id)).toMatchObject({ state: 'running', attempt: { number: 2 } });
    await world.endCommand(id);
    await world.pass(6);
    expect(world.shelf.looks).toBe(2);
  });

  it('holds up no other job, however many there are of its kind', async () => {
    await using world = await openJobWorld();
    const { promise } = Promise.withResolvers<string>();
    world.shelf.put(ONE);
    world.shelf.onChecksum = () => promise;
    const document = { session: { provider: 'fake' }, commands: ['x'], outputs: [reading] };
    const slow = await Promise.all(Array.from({ length: 60 }, () => world.submit(document)));
    await world.pass(8);
    for (const { id } of slow) await world.endCommand(id);
    await world.pass(8);
    expect(await Promise.all(slow.map(({ id }) => stateOf(world, id)))).toEqual(slow.map(() => 'checking'));
    const quick = await checked(world, []);
    await world.pass(8);
    expect(await stateOf(world, quick)).toBe('finished');
  });
});
