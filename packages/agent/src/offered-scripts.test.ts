import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestControlPlane, type TestRun } from '../test/control-plane.ts';
import { callModule, callOffered } from '../test/modules.ts';
import { TestPlace } from '../test/place.ts';
import type { LocalAgentOptions } from './local-agent.ts';

let place: TestPlace;
let plane: TestControlPlane;
let folder: string;
let told: string[];

beforeEach(() => {
  place = new TestPlace();
  plane = new TestControlPlane();
  folder = join(place.folder, 'scripts');
  mkdirSync(folder);
  told = [];
});
afterEach(async () => place[Symbol.asyncDispose]());

function put(name: string, text: string, mode = 0o644): string {
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), mode);
  return createHash('sha256').update(text).digest('hex');
}

async function serve(more: Partial<LocalAgentOptions> = {}): Promise<void> {
  const warn = (message: string, about?: object): void =>
    void told.push(`${message} ${JSON.stringify(about)}`);
  await place.agent(plane, { scripts: folder, log: { info: () => {}, warn }, ...more }).start();
}

const ended = async (run: TestRun) => {
  await plane.until(() => run.end !== undefined, 'its end');
  return run.end;
};
const offered = () => (plane.presented?.scripts ?? []).map(({ name }) => name);
const refusal = (why: string) => ({ kind: 'refused', why: expect.stringContaining(why) });

describe('scripts that an agent offers', () => {
  it('are commands, shell texts, programs and modules, and only what describes them leaves the machine', async () => {
    put(
      'greet.yaml',
      'description: greets\ncommand: [printf, "%s|", "hello {name}", "{more...}"]\nparameters:\n  properties: {name: {type: string}}\n',
    );
    put('loud.yml', 'shell: |\n  echo "$ERRAND_ARGS" | tr a-z A-Z\nresult: {from: stdout}\n');
    put('tool.sh', '#!/bin/sh\necho "$0"; ls "$ERRAND_SCRIPT_DIR"\n', 0o755);
    put('tool.yaml', 'description: a tool\n');
    put(
      'near.ts',
      `import { word } from './lib/word.mjs';
      export const description = 'near';
      export const parameters = { '~standard': { validate: (value: object) => ({ value: { ...value, more: 1 } }), jsonSchema: { input: () => ({ type: 'object', title: 'made' }) } } };
      export const run = (args: object): object => ({ word, args });`,
    );
    mkdirSync(join(folder, 'lib'));
    writeFileSync(join(folder, 'lib/word.mjs'), `export const word = 'beside';`);
    put('README.md', 'no script');
    await serve();
    expect(offered()).toEqual(['greet', 'loud', 'near', 'tool', 'latency', 'listdir', 'netspeed', 'sysinfo']);
    expect(JSON.stringify(plane.presented)).not.toContain('printf');
    expect(plane.presented?.scripts.find(({ name }) => name === 'greet')?.parameters).toMatchObject({
      type: 'object',
    });
    expect(plane.presented?.scripts.find(({ name }) => name === 'near')?.parameters).toEqual({
      type: 'object',
      title: 'made',
    });
    expect(plane.presented?.scripts.find(({ name }) => name === 'tool')?.description).toBe('a tool');

    const greet = callOffered(plane, 'greet', { args: { name: 'a; b', more: ['$(id)', 'x y'] } });
    expect((await ended(greet))?.reason).toEqual({ kind: 'exited', code: 0 });
    expect(plane.logOf(greet).toString()).toBe('hello a; b|$(id)|x y|');
    const loud = callOffered(plane, 'loud', { args: { a: 1 } });
    await ended(loud);
    expect(plane.logOf(loud).toString()).toBe('{"A":1}\n');
    const tool = callOffered(plane, 'tool');
    await ended(tool);
    expect(plane.logOf(tool).toString()).toContain('greet.yaml');
    const near = callOffered(plane, 'near', { args: { a: 1 } });
    expect((await ended(near))?.result).toEqual({ json: '{"word":"beside","args":{"a":1,"more":1}}' });
  });

  it('are those that the folder holds now', async () => {
    put('one.yaml', 'command: [echo, 1]\n'.replace('1', '"1"'));
    await serve();
    expect(offered()).toContain('one');
    put('two.yaml', 'command: [echo, "2"]\n');
    rmSync(join(folder, 'one.yaml'));
    await plane.until(() => offered().includes('two') && !offered().includes('one'), 'the new list');
    expect((await ended(callOffered(plane, 'one')))?.reason).toEqual(refusal('does not offer a script one'));
    expect((await ended(callOffered(plane, 'two')))?.reason).toEqual({ kind: 'exited', code: 0 });
  });

  it('do not run when they were asked for by the SHA-256 of another file', async () => {
    const sha256 = put('one.yaml', 'command: [echo, old]\n');
    await serve();
    const good = callOffered(plane, 'one', { sha256 });
    expect((await ended(good))?.reason).toEqual({ kind: 'exited', code: 0 });
    put('one.yaml', 'command: [echo, new]\n');
    const bad = callOffered(plane, 'one', { sha256 });
    expect((await ended(bad))?.reason).toEqual(refusal('has changed'));
    expect(plane.logOf(bad).toString()).toBe('');
    const sysinfo = plane.presented?.scripts.find(({ name }) => name === 'sysinfo')?.sha256 ?? '';
    expect((await ended(callOffered(plane, 'sysinfo', { sha256: sysinfo })))?.reason).toEqual({
      kind: 'exited',
      code: 0,
    });
    expect((await ended(callOffered(plane, 'sysinfo', { sha256 })))?.reason).toEqual(refusal('has changed'));
  });

  it('are executed from the bytes that were checked, not from the file', async () => {
    put(
      'slow.sh',
      `#!/bin/sh\necho one\nuntil [ -e ${place.folder}/go ]; do sleep 0.02; done\necho two\n`,
      0o755,
    );
    await serve();
    const run = callOffered(plane, 'slow');
    await plane.until(() => plane.logOf(run).length > 0, 'its begin');
    put(
      'slow.sh',
      `#!/bin/sh\necho XXX\necho XXX\necho XXX\necho XXX\necho XXX\necho XXX\necho XXX\n`.repeat(5),
      0o755,
    );
    place.write('go', '');
    await ended(run);
    expect(plane.logOf(run).toString()).toBe('one\ntwo\n');
  });

  it('have names that are names, lie in the folder, and are one file each; what is not is told and left out', async () => {
    for (const name of ['.hidden.yaml', 'Upper.yaml', 'a b.yaml', 'ok.yaml', 'dot.ted.yaml'])
      put(name, 'shell: "true"\n');
    symlinkSync('/bin/sh', join(folder, 'escape.sh'));
    symlinkSync('/etc/passwd', join(folder, 'passwd.yaml'));
    put('twice.yaml', 'shell: "true"\n');
    put('twice.sh', '#!/bin/sh\n', 0o755);
    put('open.yaml', 'shell: "true"\n', 0o666);
    put('broken.yaml', 'shell: [\n');
    put('empty.yaml', 'description: nothing\n');
    put('throws.mjs', 'throw new Error("at import");');
    await serve({ onlyScripts: true });
    expect(offered()).toEqual(['ok']);
    const all = told.join('\n');
    for (const name of [
      'Upper',
      'a b',
      'dot.ted',
      'escape',
      'passwd',
      'twice',
      'open',
      'broken',
      'empty',
      'throws',
    ])
      expect(all).toContain(name);
    expect((await ended(callOffered(plane, '../ok')))?.reason).toEqual(refusal('does not offer'));
    expect((await ended(callOffered(plane, '__proto__')))?.reason).toEqual(refusal('does not offer'));
  });

  it('are all that an agent executes which says so, whatever the control plane asks for', async () => {
    put('own.yaml', 'command: [echo, own]\n');
    await serve({ onlyScripts: true, allow: ['sysinfo'] });
    expect(plane.presented?.onlyScripts).toBe(true);
    expect(offered()).toEqual(['own', 'sysinfo']);
    const touch = `${place.folder}/touched`;
    const runs = [
      plane.submit(['/bin/touch', touch]),
      plane.submit(['/bin/touch', touch], {
        script: { name: 'own', args: {}, sha256: null, source: 'command', text: null, result: null },
      }),
      callModule(
        plane,
        `import { writeFileSync } from 'node:fs'; writeFileSync('${touch}', ''); export const run = () => 1;`,
      ),
    ];
    for (const run of runs)
      expect((await ended(run))?.reason).toEqual(refusal('own scripts only (--only-scripts): own, sysinfo'));
    expect((await ended(callOffered(plane, 'listdir')))?.reason).toEqual(refusal('does not offer'));
    expect(() => place.read('touched')).toThrow('ENOENT');
    expect((await ended(callOffered(plane, 'own')))?.reason).toEqual({ kind: 'exited', code: 0 });
  });

  it('are refused as modules whose source is not what its SHA-256 says', async () => {
    await serve();
    const run = callModule(plane, 'export const run = () => 1;');
    const { script } = run.lease;
    if (script !== null)
      run.lease = { ...run.lease, script: { ...script, text: 'export const run = () => 2;' } };
    expect((await ended(run))?.reason).toEqual(refusal('is not the one with the SHA-256'));
  });
});

describe('shipped scripts', () => {
  it('list a folder as the old one did, and say what the machine is', async () => {
    for (const name of ['a', 'b/c', '.x/y', 'b/.z']) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), 'abc');
    }
    await serve({ scripts: place.folder });
    const list = callOffered(plane, 'listdir', { args: { path: folder } });
    const end = await ended(list);
    expect(plane.logOf(list).toString()).toBe(`${folder}/a\n${folder}/b/c\n`);
    expect(end?.result).toEqual({ json: expect.stringContaining('"count":2') });
    const all = callOffered(plane, 'listdir', { args: { path: folder, hidden: true } });
    await ended(all);
    expect(plane.logOf(all).toString().split('\n')).toHaveLength(5);
    const none = callOffered(plane, 'listdir', { args: { path: '/nowhere' } });
    expect((await ended(none))?.reason).toEqual({ kind: 'exited', code: 1 });
    const info = await ended(callOffered(plane, 'sysinfo'));
    expect(info?.result).toEqual({ json: expect.stringContaining('"processors":{"count":') });
  });
});
