import type { AppendAnswer, AppendRequest, AppendsAnswer } from '@errand/contract';
import { describe, expect, it } from 'vitest';
import { AppendBatches } from './append-batches.ts';
import { LinkRefusal } from './link-refusal.ts';

/** A control plane that answers when it is told to. */
class Plane {
  readonly calls: { readonly runs: string[]; readonly answer: (how?: Answer) => void }[] = [];
  limit = 1024 * 1024;

  readonly batches = new AppendBatches({
    one: async (request) => {
      const [answer] = (await this.#call([request])).answers;
      if (answer === undefined || answer.kind === 'failed') throw new Error('failed');
      return answer;
    },
    many: (requests) => this.#call(requests, ' together'),
    limit: () => this.limit,
  });

  #call(requests: readonly AppendRequest[], how = ''): Promise<AppendsAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<AppendsAnswer>();
    const runs = requests.map(({ runId }) => `${runId}${how}`);
    const sizes = requests.map(sizeAfter);
    this.calls.push({
      runs,
      answer: (given = (answers) => answers) => {
        const answers = given(sizes);
        if (answers instanceof Error) reject(answers);
        else resolve({ answers });
      },
    });
    return promise;
  }

  async called(times: number): Promise<string[]> {
    await expect.poll(() => this.calls.length, { interval: 1 }).toBe(times);
    return this.calls.at(-1)?.runs ?? [];
  }
}

type Answer = (answers: AppendAnswer[]) => AppendsAnswer['answers'] | Error;

function sizeAfter({ pieces }: AppendRequest): AppendAnswer {
  return { kind: 'size', size: pieces.reduce((sum, { bytes }) => sum + bytes.length, 0) };
}

function append(runId: string, size = 5): AppendRequest {
  return { runId, token: 1, pieces: [{ offset: 0, stream: 'stdout', time: 1, bytes: new Uint8Array(size) }] };
}

describe('appends of several attempts', () => {
  it('go together when they come together, and those that come meanwhile with the next', async () => {
    const plane = new Plane();
    const first = ['a', 'b'].map((run) => plane.batches.append(append(run)));
    expect(await plane.called(1)).toEqual(['a together', 'b together']);
    plane.calls[0]?.answer();
    expect(await Promise.all(first)).toEqual([
      { kind: 'size', size: 5 },
      { kind: 'size', size: 5 },
    ]);
    void plane.batches.append(append('c'));
    await plane.called(2);
    const later = [plane.batches.append(append('d')), plane.batches.append(append('e', 7))];
    plane.calls[1]?.answer();
    expect(await plane.called(3)).toEqual(['d together', 'e together']);
    plane.calls[2]?.answer();
    expect((await Promise.all(later))[1]).toEqual({ kind: 'size', size: 7 });
  });

  it('do not wait for a line that answers slowly', async () => {
    const plane = new Plane();
    void plane.batches.append(append('a'));
    await plane.called(1);
    void plane.batches.append(append('b'));
    expect(await plane.called(2)).toEqual(['b together']);
  });

  it('go alone where one is large, and so does what follows it', async () => {
    const plane = new Plane();
    void plane.batches.append(append('a', 100_000));
    void plane.batches.append(append('a'));
    void plane.batches.append(append('b'));
    await plane.called(3);
    expect(plane.calls.map(({ runs }) => runs)).toEqual([['a'], ['a'], ['b together']]);
  });

  it('are no more than the control plane takes at once', async () => {
    const plane = new Plane();
    plane.limit = 12;
    for (const run of ['a', 'b', 'c']) void plane.batches.append(append(run));
    expect(await plane.called(1)).toEqual(['a together', 'b together']);
    expect(await plane.called(2)).toEqual(['c together']);
  });

  it('fail each for itself, or all with the call', async () => {
    const plane = new Plane();
    const one = Promise.allSettled(['a', 'b'].map((run) => plane.batches.append(append(run))));
    await plane.called(1);
    plane.calls[0]?.answer(([, good]) => [
      { kind: 'failed', code: 'unavailable', message: 'the disk is full' },
      good ?? { kind: 'superseded' },
    ]);
    expect((await one).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    const all = Promise.allSettled(['a', 'b'].map((run) => plane.batches.append(append(run))));
    await plane.called(2);
    plane.calls[1]?.answer(() => new Error('the line is cut'));
    expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('go one by one to a control plane that does not know the call', async () => {
    const plane = new Plane();
    const both = ['a', 'b'].map((run) => plane.batches.append(append(run)));
    await plane.called(1);
    plane.calls[0]?.answer(() => new LinkRefusal('not_found', 'there is no POST /v1/agent/logs'));
    await plane.called(3);
    expect(plane.calls.slice(1).map(({ runs }) => runs)).toEqual([['a'], ['b']]);
    for (const { answer } of plane.calls.slice(1)) answer();
    expect(await Promise.all(both)).toHaveLength(2);
    plane.limit = 0;
    void plane.batches.append(append('c'));
    expect(await plane.called(4)).toEqual(['c']);
  });
});
