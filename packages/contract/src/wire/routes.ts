/** Every operation of the HTTP API: its method and path, without schemas, so that the SDK needs no validator. */
export const ROUTES = {
  createRun: { method: 'POST', path: '/v1/runs' },
  listRuns: { method: 'GET', path: '/v1/runs' },
  getRun: { method: 'GET', path: '/v1/runs/{id}' },
  cancelRun: { method: 'POST', path: '/v1/runs/{id}/cancel' },
  retryRun: { method: 'POST', path: '/v1/runs/{id}/retry' },
  readLog: { method: 'GET', path: '/v1/runs/{id}/log' },
  writeInput: { method: 'POST', path: '/v1/runs/{id}/input' },
  resizeTerminal: { method: 'POST', path: '/v1/runs/{id}/terminal' },
  takeOver: { method: 'POST', path: '/v1/runs/{id}/takeover' },
  followEvents: { method: 'GET', path: '/v1/events' },
  createKey: { method: 'POST', path: '/v1/keys' },
  listKeys: { method: 'GET', path: '/v1/keys' },
  removeKey: { method: 'DELETE', path: '/v1/keys/{id}' },
  whoAmI: { method: 'GET', path: '/v1/whoami' },
  shutDown: { method: 'POST', path: '/v1/shutdown' },
  listPools: { method: 'GET', path: '/v1/pools' },
  createJoinToken: { method: 'POST', path: '/v1/pools/{name}/tokens' },
  listAgents: { method: 'GET', path: '/v1/agents' },
  getAgent: { method: 'GET', path: '/v1/agents/{id}' },
  drainAgent: { method: 'POST', path: '/v1/agents/{id}/drain' },
  undrainAgent: { method: 'POST', path: '/v1/agents/{id}/undrain' },
  revokeAgent: { method: 'POST', path: '/v1/agents/{id}/revoke' },
  removeAgent: { method: 'DELETE', path: '/v1/agents/{id}' },
  agentJoin: { method: 'POST', path: '/v1/agent/join' },
  agentHello: { method: 'POST', path: '/v1/agent/hello' },
  agentKey: { method: 'POST', path: '/v1/agent/key' },
  agentPoll: { method: 'POST', path: '/v1/agent/poll' },
  agentAppend: { method: 'POST', path: '/v1/agent/runs/{id}/log' },
  agentReport: { method: 'POST', path: '/v1/agent/runs/{id}/report' },
  agentInput: { method: 'GET', path: '/v1/agent/runs/{id}/input' },
} as const satisfies Record<
  string,
  { readonly method: 'GET' | 'POST' | 'DELETE'; readonly path: `/v1/${string}` }
>;

export type OperationId = keyof typeof ROUTES;
