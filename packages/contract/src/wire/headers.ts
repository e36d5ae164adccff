/** Names one start of an agent's program in each of its calls, so that two programs with one identity are told apart. */
export const AGENT_INSTANCE_HEADER = 'errand-agent-instance';
