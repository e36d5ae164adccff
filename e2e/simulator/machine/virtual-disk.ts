import type { IndexRecord, SpoolDraft, SpoolEnd } from '@errand/agent';

/** What survives the death of agent and keeper, and a reboot. */
export class VirtualDisk {
  readonly runs = new Map<string, RunFile>();
  readonly logs = new Map<string, LogData>();
  full = false;

  log(prefix: string): LogData {
    const log = this.logs.get(prefix) ?? { bytes: Buffer.alloc(0), records: [] };
    this.logs.set(prefix, log);
    return log;
  }
}

/** `prefix.run`: what the agent wrote down, and the two slots of the keeper. */
export interface RunFile {
  readonly draft: SpoolDraft;
  executedAt: number | undefined;
  end: SpoolEnd | undefined;
}

/** `prefix.log` and `prefix.idx`. */
export interface LogData {
  bytes: Buffer;
  readonly records: IndexRecord[];
}

/** How the system says that there is no room. */
export function noSpace(): Error {
  return Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
}
