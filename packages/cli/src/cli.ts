import type { Environment } from './config.ts';
import { type Connection, connectTo } from './connection/connect.ts';
import type { PlaceFlags } from './connection/place.ts';
import type { Output } from './output/output.ts';
import { plainText } from './output/plain-text.ts';

/** What a command is given: its surroundings, and where its output goes. */
export interface Cli {
  readonly environment: Environment;
  readonly stdout: Output;
  readonly stderr: Output;
  /** `environment`: another than its own. */
  connect(flags: PlaceFlags, environment?: Environment): Promise<Connection>;
}

export function createCli(environment: Environment, stdout: Output, stderr: Output): Cli {
  const say = (note: string): void => {
    if (stderr.isTerminal) void stderr.line(`errand: ${plainText(note)}`).catch(() => undefined);
  };
  return {
    environment,
    stdout,
    stderr,
    connect: (flags, other = environment) => connectTo(flags, other, say),
  };
}
