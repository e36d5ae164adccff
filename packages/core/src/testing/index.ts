export { runBlobStoreSuite } from './blob-store-suite.ts';
export {
  aGroup,
  aKey,
  anAgent,
  aPool,
  aRun,
  aScript,
  aSession,
  aSessionSpec,
  aSpec,
  finished,
  leased,
  observed,
  readySession,
  requested,
  running,
  sessionAfter,
  sessionLimits,
} from './builders.ts';
export { runClockSuite } from './clock-suite.ts';
export type { FakeClock } from './fake-clock.ts';
export { fakeClock } from './fake-clock.ts';
export { fakeIds } from './fake-ids.ts';
export type { FakeMachine, FakeMachines } from './fake-machines.ts';
export type { FakeCall, FakeFault, FakeProvider, FakeProviderOptions } from './fake-provider.ts';
export { fakeProvider } from './fake-provider.ts';
export type { FilesUnderTest } from './files-suite.ts';
export { runFilesSuite } from './files-suite.ts';
export { aJob, aJobSpec, anOutput, commandEnded, jobAfter, runningJob } from './job-builders.ts';
export { runLogStoreSuite } from './log-store-suite.ts';
export { runNotifierSuite } from './notifier-suite.ts';
export type { OutputPlaceUnderTest } from './output-place-suite.ts';
export { runOutputPlaceSuite } from './output-place-suite.ts';
export type { ProviderUnderTest } from './provider-suite.ts';
export { runProviderSuite } from './provider-suite.ts';
export { runStoreSuite } from './store-suite.ts';
