import type { IndexRecord, SpoolDraft, SpoolEnd } from '@errand/agent';

/** What survives the death of agent and keeper, and a reboot. */
export class VirtualDisk {
  readonly runs = new Map<string, RunFile>();
  readonly logs = new Map<string, LogData>();
  full = false;
  /** How often the machine was started. */
  boot = 1;

  log(prefix: string): LogData {
    const log = this.logs.get(prefix) ?? { bytes: Buffer.alloc(0), records: [] };
    this.logs.set(prefix, log);
    return log;
  }

  /** The keeper's slots that were written after this time are empty again. */
  forget(since: number): void {
    for (const run of this.runs.values()) {
      if ((run.end?.endedAt ?? 0) > since) run.end = undefined;
      if ((run.executedAt ?? 0) > since) run.executedAt = undefined;
    }
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
