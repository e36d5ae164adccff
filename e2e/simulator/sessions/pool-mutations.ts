import type { Guard } from '../run-mutations.ts';

const LAUNCHER = 'packages/server/src/reconciler/pools/pool-launcher.ts';
const CARRY_OUT = 'packages/server/src/reconciler/sessions/carry-out.ts';

/** Guards of pools on demand, to be noticed by a world of sessions that has one. */
export const POOL_MUTATIONS: readonly Guard[] = [
  {
    name: 'pools: a session outlives its run',
    file: LAUNCHER,
    from: 'if (!held) await this.#end(session);',
    to: 'if (!held) return;',
  },
  {
    name: 'pools: a session ends before its run begins',
    file: LAUNCHER,
    from: "(run.state === 'leased' || run.state === 'running')",
    to: "run.state === 'running'",
  },
  {
    name: 'pools: sessions that are still being ended are not counted',
    file: LAUNCHER,
    from: 'const limit = (pool.limit ?? DEFAULTS.launchLimit) - taken;',
    to: 'const limit = (pool.limit ?? DEFAULTS.launchLimit) - 0 * taken;',
  },
  {
    name: 'pools: a run is handed over before its session is healthy',
    file: LAUNCHER,
    from: "else if (state !== 'ready')",
    to: "else if (state !== 'ready' && agent === null)",
  },
  {
    name: 'pools: a failure that may pass is one for ever',
    file: LAUNCHER,
    from: 'await this.#notPlaced(of, sentence, retryable ? pauseMs : null);',
    to: 'await this.#notPlaced(of, sentence, retryable && pauseMs < 0 ? pauseMs : null);',
  },
  {
    name: 'pools: a run waits for a session that has failed',
    file: LAUNCHER,
    from: "if (failure !== null || desired !== 'running') await this.#giveUp(session, of);",
    to: 'if (failure === undefined || desired === undefined) await this.#giveUp(session, of);',
  },
  {
    name: 'pools: a run whose session starts slowly goes back to the queue',
    file: LAUNCHER,
    from: "await this.#observe(of, { kind: 'renewed', token: of.token, leaseMs: LAUNCH_LEASE_MS, now });",
    to: '{}',
  },
  {
    name: 'pools: the runs of a machine that has stopped are not told',
    file: CARRY_OUT,
    from: 'if (!done) return SOON_MS;\n  await parts.commands.machineGone(session);',
    to: 'if (!done) return SOON_MS;',
  },
];
