import type { AgentPolicy } from '@errand/contract';
import { DEFAULTS, LIMITS } from '@errand/core';

export const PROTOCOL = 1;

/** What agents are told at hello; later calls follow it. */
export const AGENT_POLICY: AgentPolicy = {
  leaseMs: DEFAULTS.leaseMs,
  pollIdleMs: DEFAULTS.pollIdleMs,
  pollHeldMs: DEFAULTS.pollHeldMs,
  appendBytes: LIMITS.appendBytes / 4,
  appendsBytes: LIMITS.appendBytes / 4,
  keyMs: 7 * 24 * 3_600_000,
};
