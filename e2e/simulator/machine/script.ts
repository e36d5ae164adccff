import type { Random } from '../time/random.ts';

/** What a virtual command does, drawn when it is submitted and carried in its argument. */
export interface Script {
  /** What it writes, and how long after the piece before. */
  readonly output: readonly {
    readonly afterMs: number;
    readonly stream: 'stdout' | 'stderr';
    readonly bytes: number;
  }[];
  readonly end: { readonly afterMs: number; readonly how: 'exit' | 'signal'; readonly number: number };
  /** What it does about INT and TERM. `speaks`: writes a last line, then exits by itself. */
  readonly onSignal: 'dies' | 'speaks' | 'ignores';
  /** Processes it leaves behind, which end by themselves after this time at the latest. */
  readonly leaves: { readonly processes: number; readonly forMs: number; readonly ignoreSignals: boolean };
  /** Processes that not even KILL ends, as in a hung system call. */
  readonly stuck: number;
  readonly spawnFails: boolean;
}

/** `patient`: how many live for minutes, 0 to 1. */
export function drawScript(random: Random, patient: number): Script {
  const patience = random.chance(patient)
    ? 240_000
    : random.weighted({ 60: 4, 1_500: 4, 12_000: 2, 45_000: 0.4 });
  const pieces = random.weighted({ 0: 1, 2: 4, 6: 4, 15: 1 });
  const stays = random.chance(0.2);
  return {
    output: Array.from({ length: random.between(0, Number(pieces)) }, () => ({
      afterMs: random.between(0, Number(patience) / 3),
      stream: random.pick(['stdout', 'stderr'] as const),
      bytes: random.between(1, 60),
    })),
    end: {
      afterMs: random.between(0, Number(patience)),
      how: random.chance(0.9) ? 'exit' : 'signal',
      number: random.pick([0, 0, 0, 1, 7, 9]),
    },
    onSignal: random.weighted({ dies: 3, speaks: 1, ignores: 1 }),
    leaves: {
      processes: stays ? random.between(1, 3) : 0,
      forMs: random.between(0, 15_000),
      ignoreSignals: random.chance(0.4),
    },
    stuck: random.chance(0.03) ? 1 : 0,
    spawnFails: random.chance(0.05),
  };
}
