import type { ByAgentParts } from '../session-by-agent.ts';

/** No agent ever comes: for tests of what a provider does on its own. */
export const NO_AGENTS: Omit<ByAgentParts, 'clock'> = {
  agents: {
    token: (launch) => `errses_${launch}.x`,
    of: async () => null,
    specOf: async () => null,
    remove: async () => undefined,
  },
  hosts: { want: () => undefined, report: () => null },
  mains: { ensure: async () => ({ end: null }) },
  placing: { progress: async () => null },
};
