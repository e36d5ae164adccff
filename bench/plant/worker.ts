import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Reply, Request } from '../workers/main.ts';
import type { TaskName, Tasks } from '../workers/tasks.ts';
import { LIMITED, LIMITED_ARGS } from './limited.ts';
import { endChild } from './until-line.ts';

/** A process that measures, so that neither the bench itself nor another measurement stands in its way. Tasks are done one at a time. */
export class Worker implements AsyncDisposable {
  readonly #child: ChildProcess;

  /** `files`: as many open ones as a login has, or as many as the machine allows. */
  constructor(files: 'as a login' | 'all' = 'as a login') {
    const program = [process.execPath, join(import.meta.dirname, '../workers/main.ts')];
    const [file = '', ...args] = files === 'all' ? program : [LIMITED, ...LIMITED_ARGS, ...program];
    this.#child = spawn(file, args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
  }

  async run<Name extends TaskName>(
    name: Name,
    input: Parameters<Tasks[Name]>[0],
  ): Promise<Awaited<ReturnType<Tasks[Name]>>> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const gone = (code: number | null): void => reject(new Error(`a measuring process ended with ${code}`));
    this.#child.once('exit', gone);
    this.#child.once('message', (reply: Reply) => {
      this.#child.off('exit', gone);
      if (reply.ok) resolve(reply.result);
      else reject(new Error(`${name}: ${reply.why}`));
    });
    this.#child.send({ name, input } satisfies Request);
    return (await promise) as Awaited<ReturnType<Tasks[Name]>>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endChild(this.#child);
  }
}
