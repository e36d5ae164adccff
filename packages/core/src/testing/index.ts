export {
  aGroup,
  aKey,
  anAgent,
  aPool,
  aRun,
  aSpec,
  finished,
  leased,
  observed,
  requested,
  running,
} from './builders.ts';
export { runClockSuite } from './clock-suite.ts';
export type { FakeClock } from './fake-clock.ts';
export { fakeClock } from './fake-clock.ts';
export { fakeIds } from './fake-ids.ts';
export { runLogStoreSuite } from './log-store-suite.ts';
export { runNotifierSuite } from './notifier-suite.ts';
export { runStoreSuite } from './store-suite.ts';
