import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';

/** What `errand agent` was told. */
export interface StartAgentConfig {
  readonly url: string;
  readonly token: string | undefined;
  readonly pool: string | undefined;
  readonly name: string;
  readonly slots: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly data: string;
}

/** Serves a pool until a signal comes. */
export async function startAgent(_cli: Cli, _config: StartAgentConfig): Promise<number> {
  const module: object = await import('@errand/agent');
  if (!('runAgent' in module)) throw new CliError('agents over HTTP come with the next part of errand');
  throw new CliError('not wired yet');
}
