import { type TaskName, tasks } from './tasks.ts';

/** What a measuring process is asked, and how it answers. */
export interface Request {
  readonly name: TaskName;
  readonly input: unknown;
}

export type Reply =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly why: string };

process.on('message', ({ name, input }: Request) => {
  // The caller's types tie name and input together; here they are only passed on.
  const task = tasks[name] as (input: unknown) => Promise<unknown>;
  task(input).then(
    (result) => reply({ ok: true, result }),
    (error: unknown) =>
      reply({ ok: false, why: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});

// The bench is gone, however it went.
process.on('disconnect', () => process.exit());

function reply(message: Reply): void {
  process.send?.(message);
}
