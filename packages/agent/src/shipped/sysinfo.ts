import { statfsSync } from 'node:fs';
import {
  arch,
  cpus,
  freemem,
  hostname,
  loadavg,
  platform,
  release,
  totalmem,
  uptime,
  userInfo,
} from 'node:os';
import type { ModuleContext } from '../module-host/run-call.ts';

export const description = 'Says what machine this agent runs on, and how busy it is.';

export const parameters = { type: 'object', properties: {}, additionalProperties: false };

export const result = { from: 'return', view: { kind: 'json' } };

/** Sizes in bytes, times in seconds. */
export interface SysInfo {
  readonly hostname: string;
  readonly system: string;
  readonly architecture: string;
  readonly processors: { readonly count: number; readonly model: string };
  readonly memory: { readonly total: number; readonly free: number };
  /** Where runs have their folders. */
  readonly disk: { readonly total: number; readonly free: number };
  readonly load: readonly number[];
  readonly uptime: number;
  readonly user: string;
  readonly node: string;
}

export function run(_: object, { workDir }: ModuleContext): SysInfo {
  const processors = cpus();
  const { bsize, blocks, bavail } = statfsSync(workDir);
  return {
    hostname: hostname(),
    system: `${platform()} ${release()}`,
    architecture: arch(),
    processors: { count: processors.length, model: processors[0]?.model.trim() ?? 'unknown' },
    memory: { total: totalmem(), free: freemem() },
    disk: { total: bsize * blocks, free: bsize * bavail },
    load: loadavg().map((load) => Math.round(load * 100) / 100),
    uptime: Math.round(uptime()),
    user: userInfo().username,
    node: process.versions.node,
  };
}
