/** Raised with each release of the agent's program. */
export const PROGRAM = '0.1.0';
