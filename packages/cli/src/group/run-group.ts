import type { Errand, Group } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-status.ts';
import { OutputClosedError } from '../output/output.ts';
import { StatusLine } from '../output/status-line.ts';
import { createKey } from '../run/create-key.ts';
import { Interrupts } from '../run/interrupts.ts';
import type { RunConfig } from '../run/run-config.ts';
import { secretsOf } from '../run/run-on-server.ts';
import { showGroup } from './show-group.ts';
import { summaryOf } from './summary.ts';

/** Runs the command on every agent of the pool and shows what each of them writes. Answers 0 where all succeeded, else the highest exit status. */
export async function runGroup(cli: Cli, errand: Errand, config: RunConfig): Promise<number> {
  const group = await submitGroup(errand, config);
  if (config.detach) {
    await cli.stdout.line(config.output === 'json' ? JSON.stringify(group, null, 2) : group.id);
    return EXIT.ok;
  }
  return await watchGroup(cli, errand, { group, json: config.output === 'json' });
}

async function submitGroup(errand: Errand, config: RunConfig): Promise<Group> {
  const { request, env, cwd, all } = config;
  const run = {
    ...request,
    ...(Object.keys(env).length === 0 ? {} : { env }),
    ...secretsOf(config),
    ...(cwd === undefined ? {} : { cwd }),
  };
  const { atOnce, maxFailures } = all ?? {};
  const limits = {
    ...(atOnce === undefined ? {} : { atOnce }),
    ...(maxFailures === undefined ? {} : { maxFailures }),
  };
  return await errand.groups.create({ run, ...limits }, { idempotencyKey: createKey() });
}

interface Watched {
  readonly group: Group;
  /** One document at the end; what the commands write goes to stderr then. */
  readonly json: boolean;
}

async function watchGroup(cli: Cli, errand: Errand, { group, json }: Watched): Promise<number> {
  using status = new StatusLine(cli.stderr);
  using interrupts = new Interrupts(status);
  interrupts.watch({ cancel: (how) => errand.groups.cancel(group.id, how) });
  const outputs = json ? { stdout: cli.stderr, stderr: cli.stderr } : cli;
  try {
    const ended = await showGroup(errand, { group, outputs, status, signal: interrupts.gone });
    if (json) await cli.stdout.line(JSON.stringify(ended, null, 2));
    else await cli.stderr.write(summaryOf(ended, cli.stderr.columns)).catch(() => undefined);
    return ended.exitCode ?? EXIT.failed;
  } catch (error) {
    if (interrupts.gone.aborted) {
      await cli.stderr.line(`errand: no longer watching; errand group show ${group.id} comes back to it`);
      return EXIT.canceled;
    }
    if (!(error instanceof OutputClosedError)) throw error;
    await errand.groups.cancel(group.id).catch(() => undefined);
    return EXIT.pipeClosed;
  }
}

/** What does not go together with `--all`. */
export function checkGroupOptions({ all, request, tty, stdin }: RunConfig): void {
  if (all === undefined) return;
  if (request.agent !== undefined)
    throw new CliError('--all goes to every agent, --agent to one; leave out one of them');
  if (tty) throw new CliError('--tty is for one run; it does not go with --all');
  if (stdin === 'always') throw new CliError('--stdin is for one run; with --all nobody gets standard input');
}
