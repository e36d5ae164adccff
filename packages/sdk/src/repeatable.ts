import type { OperationId } from '@errand/contract/wire';

/**
 * May a call whose answer was lost be made again without doing its work twice? Creating a run may because of its Idempotency-Key,
 * input because of its offset, a retry because it names the end that was seen.
 */
export const REPEATABLE = {
  createRun: true,
  listRuns: true,
  getRun: true,
  cancelRun: true,
  retryRun: true,
  readLog: true,
  writeInput: true,
  resizeTerminal: true,
  takeOver: true,
  followEvents: true,
  createKey: false,
  listKeys: true,
  removeKey: true,
  whoAmI: true,
  shutDown: true,
  listPools: true,
  createJoinToken: false,
  listAgents: true,
  getAgent: true,
  drainAgent: true,
  undrainAgent: true,
  revokeAgent: true,
  removeAgent: true,
  agentJoin: false,
  agentHello: true,
  agentKey: true,
  agentPoll: true,
  agentAppend: true,
  agentReport: true,
  agentInput: true,
} as const satisfies Record<OperationId, boolean>;
