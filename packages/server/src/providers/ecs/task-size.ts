import type { Cost, SessionSpec, SpecProblem } from '@errand/core';
import type { EcsSettings } from './ecs-settings.ts';

/** What a task is given: 1,024 units are a processor. */
export interface TaskSize {
  readonly cpuUnits: number;
  readonly memoryMiB: number;
}

const MIB = 1024 * 1024;

export function sizeOf(settings: EcsSettings, { cpus, memoryBytes }: SessionSpec): TaskSize {
  return {
    cpuUnits: Math.round((cpus ?? settings.cpus) * 1_024),
    memoryMiB: memoryBytes === null ? settings.memoryMiB : Math.ceil(memoryBytes / MIB),
  };
}

/** USD for an hour, where the configuration has prices. */
export function costOf(settings: EcsSettings, spec: SessionSpec, spot: boolean): Cost | null {
  const { prices, launchType } = settings;
  // The market has its own prices, and machines of a cluster cost the same with and without tasks.
  if (prices === undefined || spot || launchType === 'ec2') return null;
  const { cpuUnits, memoryMiB } = sizeOf(settings, spec);
  const perHour = (cpuUnits / 1_024) * prices.cpuHour + (memoryMiB / 1_024) * prices.memoryGiBHour;
  return { perHour: Math.round(perHour * 1e6) / 1e6, currency: 'USD' };
}

/** By processor units: least and most MiB, and the step between (docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html). */
const FARGATE: Readonly<Record<number, readonly [number, number, number]>> = {
  256: [512, 2_048, 512],
  512: [1_024, 4_096, 1_024],
  1_024: [2_048, 8_192, 1_024],
  2_048: [4_096, 16_384, 1_024],
  4_096: [8_192, 30_720, 1_024],
  8_192: [16_384, 61_440, 4_096],
  16_384: [32_768, 122_880, 8_192],
};

/** Half of it is for agent and keeper. */
const LEAST_MIB = 512;

/** Fargate has few sizes, and says so only when it is too late. */
export function sizeProblem(settings: EcsSettings, spec: SessionSpec): SpecProblem | null {
  const { cpuUnits, memoryMiB } = sizeOf(settings, spec);
  if (memoryMiB < LEAST_MIB)
    return { field: 'memory', message: `must be at least ${LEAST_MIB} MiB: our own part is in it` };
  if (settings.launchType === 'ec2')
    return cpuUnits >= 128 && cpuUnits <= 196_608
      ? null
      : { field: 'cpus', message: 'must be from 0.125 to 192: ECS has no others' };
  const memory = FARGATE[cpuUnits];
  if (memory === undefined) {
    const known = Object.keys(FARGATE).map((units) => Number(units) / 1_024);
    return { field: 'cpus', message: `must be one of ${known.join(', ')}: Fargate has no others` };
  }
  const [least, most, step] = memory;
  // The smallest has 1.5 GiB missing in its steps.
  const fits = memoryMiB >= least && memoryMiB <= most && memoryMiB % step === 0 && memoryMiB !== 1_536;
  if (fits) return null;
  const cpus = cpuUnits / 1_024;
  const steps =
    cpuUnits === 256
      ? '512 MiB, 1 GiB or 2 GiB'
      : `${least / 1_024} to ${most / 1_024} GiB in steps of ${step / 1_024}`;
  return {
    field: 'memory',
    message: `must be ${steps} beside ${cpus} cpus: Fargate has no others (2GiB is a size, 2GB is less)`,
  };
}
