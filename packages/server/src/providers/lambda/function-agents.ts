/** The agents that are invocations of a function, as the control plane knows them. */
export interface FunctionAgents {
  /** What the agent of a launch joins with; the same for the same launch. */
  readonly token: (launch: string) => string;
  /** Whose token it is; null: another control plane made it. */
  readonly launchOf: (token: string) => { readonly launch: string; readonly sessionId: string } | null;
  /** The agent of a launch; null: it has not presented itself. `left`: it said that nothing of it is left. */
  readonly of: (
    sessionId: string,
    launch: string,
  ) => Promise<{ readonly id: string; readonly pool: string; readonly left: boolean } | null>;
  /** May an agent still come for this session? */
  readonly isWanted: (sessionId: string) => Promise<boolean>;
  /** Is there such a session that is not over? */
  readonly isKnown: (sessionId: string) => Promise<boolean>;
  /** Ends the agent's right: it ends what it runs, and leaves. */
  readonly revoke: (sessionId: string, launch: string) => Promise<void>;
  /** Nothing of a launch is left, and its agent is forgotten. */
  readonly remove: (sessionId: string, launch: string) => Promise<void>;
}
