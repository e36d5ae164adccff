import type { Clock, LogStore, Notifier, Store } from '@errand/core';
import type { SessionPlace } from './proxy/session-place.ts';
import type { AgentKeyParts } from './use-cases/agents/agent-key.ts';
import type { AgentLifeParts } from './use-cases/agents/agent-life.ts';
import type { AppendLogParts } from './use-cases/agents/append-log.ts';
import type { Connections } from './use-cases/agents/connections.ts';
import type { FetchInputParts } from './use-cases/agents/fetch-input.ts';
import type { HostSessionsParts } from './use-cases/agents/host-sessions.ts';
import type { Instances } from './use-cases/agents/instances.ts';
import type { JoinAgentParts } from './use-cases/agents/join-agent.ts';
import type { ReportFactParts } from './use-cases/agents/report-fact.ts';
import type { SayHelloParts } from './use-cases/agents/say-hello.ts';
import type { PollAgentParts } from './use-cases/agents/waiting-poll.ts';
import type { AuditTrail } from './use-cases/audit/audit-trail.ts';
import type { SeeGroupParts } from './use-cases/groups/see-group.ts';
import type { SubmitGroupParts } from './use-cases/groups/submit-group.ts';
import type { TendGroupsParts } from './use-cases/groups/tend-groups.ts';
import type { JobParts } from './use-cases/jobs/job-parts.ts';
import type { AuthenticateParts } from './use-cases/keys/authenticate.ts';
import type { CreateKeyParts } from './use-cases/keys/create-key.ts';
import type { Revocations } from './use-cases/keys/revocations.ts';
import type { SetPoolParts } from './use-cases/pools/set-pool.ts';
import type { CallerPlaces } from './use-cases/runs/caller-places.ts';
import type { ChangeRunParts } from './use-cases/runs/change-run.ts';
import type { LogReads } from './use-cases/runs/log-reads.ts';
import type { ReadLogParts } from './use-cases/runs/read-log.ts';
import type { WriteInputParts } from './use-cases/runs/run-input.ts';
import type { AwaitRunParts } from './use-cases/runs/see-run.ts';
import type { SubmitRunParts } from './use-cases/runs/submit-run.ts';
import type { ResizeTerminalParts } from './use-cases/runs/terminal.ts';
import type { WhyWaitingParts } from './use-cases/runs/why-waiting.ts';
import type { CatalogueParts } from './use-cases/scripts/catalogue.ts';
import type { SetScriptParts } from './use-cases/scripts/set-script.ts';
import type { CreateSessionParts } from './use-cases/sessions/create-session.ts';

/** What the HTTP edge hands to each use-case: made once in `compose.ts`, each use-case sees only its own parts. */
export interface Services {
  readonly version: string;
  readonly store: Store;
  readonly logs: LogStore;
  readonly clock: Clock;
  readonly notifier: Notifier;
  readonly authenticating: AuthenticateParts;
  readonly audit: AuditTrail;
  readonly submit: SubmitRunParts;
  readonly changing: ChangeRunParts;
  readonly waiting: AwaitRunParts;
  readonly reading: ReadLogParts;
  readonly reads: LogReads;
  readonly input: WriteInputParts;
  readonly terminals: ResizeTerminalParts;
  readonly why: WhyWaitingParts;
  readonly sessions: CreateSessionParts & {
    readonly tag: () => Promise<string>;
    /** Where browsers reach sessions; null: nowhere. */
    readonly place: SessionPlace | null;
  };
  readonly jobs: JobParts;
  readonly catalogue: CatalogueParts;
  readonly scripting: SetScriptParts;
  readonly poolSetting: SetPoolParts;
  readonly groups: SubmitGroupParts & SeeGroupParts & TendGroupsParts;
  readonly keyMaking: CreateKeyParts;
  readonly revocations: Revocations;
  readonly joining: JoinAgentParts;
  readonly hello: SayHelloParts;
  readonly polling: PollAgentParts;
  readonly connections: Connections;
  readonly instances: Instances;
  readonly agentLife: AgentLifeParts;
  readonly agentKeys: AgentKeyParts;
  readonly appending: AppendLogParts;
  readonly reporting: ReportFactParts;
  readonly fetching: FetchInputParts;
  readonly hosting: HostSessionsParts;
  readonly callerPlaces: CallerPlaces;
  /** Begins to drain, or throws `conflict`: while anything runs (unless `busy`), and where somebody started it to stay. */
  readonly shutDown: (how: { readonly busy: boolean }) => Promise<void>;
}
