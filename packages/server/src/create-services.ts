import {
  type BlobStore,
  type Clock,
  ErrandError,
  type Ids,
  isFinalState,
  type LogStore,
  type Notifier,
  type Provider,
  type SessionSpec,
  type Store,
} from '@errand/core';
import { Schemas } from './json-schema/schemas.ts';
import { fetchFile } from './outbound/fetch-file.ts';
import type { OwnAgent } from './own-agent.ts';
import type { SessionPlace } from './proxy/session-place.ts';
import type { Sealer } from './secrets.ts';
import type { Services } from './services.ts';
import { AgentMemory } from './use-cases/agents/agent-memory.ts';
import { Connections, type ConnectionsParts } from './use-cases/agents/connections.ts';
import type { HostSessionsParts } from './use-cases/agents/host-sessions.ts';
import { Instances } from './use-cases/agents/instances.ts';
import { Offers } from './use-cases/agents/offers.ts';
import { ArtifactGathering } from './use-cases/artifacts/gather-artifacts.ts';
import { AuditTrail } from './use-cases/audit/audit-trail.ts';
import type { OutputPlaces } from './use-cases/jobs/job-parts.ts';
import { Revocations } from './use-cases/keys/revocations.ts';
import { CallerPlaces } from './use-cases/runs/caller-places.ts';
import { LogReads } from './use-cases/runs/log-reads.ts';
import { PendingWindows } from './use-cases/runs/terminal.ts';
import type { FolderScript } from './use-cases/scripts/folder-script.ts';
import { AssetPlacing } from './use-cases/sessions/asset-placing.ts';
import { FileOrders } from './use-cases/sessions/file-orders.ts';
import { MainRuns } from './use-cases/sessions/main-runs.ts';
import { noBlobs } from './use-cases/sessions/no-blobs.ts';
import { SessionAgents } from './use-cases/sessions/session-agents.ts';
import { SessionAssets } from './use-cases/sessions/session-assets.ts';
import { SessionCommands } from './use-cases/sessions/session-commands.ts';
import { sessionFiles } from './use-cases/sessions/session-files.ts';
import { SessionHosts } from './use-cases/sessions/session-hosts.ts';
import type { SessionQuotas } from './use-cases/sessions/session-parts.ts';
import { noTemplates, type SessionTemplates } from './use-cases/sessions/session-templates.ts';
import { SessionUses } from './use-cases/sessions/session-uses.ts';
import { UploadRoom } from './use-cases/sessions/upload-room.ts';

export interface ServiceParts {
  readonly version: string;
  readonly store: Store;
  readonly logs: LogStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly notifier: Notifier;
  readonly sealer: Sealer;
  /** What sessions are made of and by; null: none can be made. */
  readonly making: SessionMaking | null;
  readonly sessionPlace?: SessionPlace | null;
  /** Where outputs of jobs are looked at. */
  readonly outputs?: OutputPlaces;
  /** Folder for the sockets of callers' keepers. */
  readonly sockets: string;
  /** The control plane's own agent, once there is one. */
  readonly own: OwnAgentSlot;
  /** Started by somebody to stay, not in the background by a command line. */
  readonly stays: boolean;
  readonly shutDown: () => void;
  /** What lies in the folder of scripts, as it is now; nothing where the configuration names none. */
  readonly folderScripts?: ((schemas: Schemas) => Promise<readonly FolderScript[]>) | undefined;
}

/** What providers may use of the control plane. */
export interface ProviderSurroundings {
  readonly hosts: SessionHosts;
  readonly sessionAgents: SessionAgents;
  readonly specOf: (sessionId: string) => Promise<SessionSpec | null>;
  readonly mains: MainRuns;
  readonly placing: AssetPlacing;
  readonly poolOf: (agentId: string) => Promise<string | null>;
  readonly ownAgentId: () => string | null;
  readonly clock: Clock;
}

export interface SessionMaking {
  /** By name; the first is the one that is meant where none is named. */
  readonly providers: (around: ProviderSurroundings) => ReadonlyMap<string, Provider>;
  readonly templates: SessionTemplates;
  readonly quotas: SessionQuotas;
  readonly random: () => number;
  /** Where files of sessions are kept; without it none are. */
  readonly blobs?: BlobStore;
  readonly fetchFrom?: readonly string[];
}

/** Filled after the use-cases are wired, since the own agent is served by them. */
export interface OwnAgentSlot {
  id: string | null;
  agent: OwnAgent | null;
}

/** Gives each use-case its parts. Knows ports only; `compose.ts` chooses what is behind them, and so does the simulator. */
export function createServices(parts: ServiceParts): Services {
  const { version, store, logs, clock, ids, notifier, sealer, own } = parts;
  const { runs, agents, keys, groups } = store;
  const [windows, offers] = [new PendingWindows(), new Offers()];
  const ownAgentId = (): string | null => own.id;
  const present = { ...presentAgents(parts), fileOrders: new FileOrders(parts) };
  const { fileOrders, hosts } = present;
  const sessions = sessionParts(parts, present, fileOrders);
  const common = { runs, agents, groups, ...scriptParts(parts), logs, notifier, clock, ...present };
  const submit = { ...common, ids, offers, seal: sealer.seal, ownAgentId, calling: common, sessions };
  const leasing = { ...common, sessions: store.sessions, unseal: sealer.unseal, ownAgentId };
  return {
    version,
    store,
    logs,
    clock,
    notifier,
    changing: common,
    reads: new LogReads(clock),
    authenticating: { keys, clock },
    audit: new AuditTrail({ audit: store.audit, clock, ids }),
    submit,
    catalogue: common,
    scripting: common,
    waiting: common,
    reading: common,
    input: { ...common, uses: sessions.uses },
    terminals: { runs, windows, notifier },
    why: common,
    artifacts: sessions,
    sessions,
    jobs: { ...common, jobs: store.jobs, sessions, submit, places: parts.outputs ?? {}, ids, ...sealer },
    revocations: new Revocations(parts),
    poolSetting: submit,
    groups: submit,
    keyMaking: { keys, clock, ids },
    ...agentServices(parts, { ...common, gathering: gatheringOf(sessions, fileOrders) }),
    polling: {
      ...leasing,
      memory: new AgentMemory(common),
      offers,
      takeWindows: (agentId) => windows.take(agentId),
      sessionOrders: (agentId) => hosts.waitFor(agentId),
      filesDue: (agentId) => fileOrders.due(agentId),
    },
    fileOrders,
    callerPlaces: new CallerPlaces({ ...leasing, sockets: parts.sockets, ownAgent: () => own.agent }),
    shutDown: ({ busy }) => shutDown(parts, busy),
  };
}

function gatheringOf(sessions: Services['sessions'], fileOrders: FileOrders): ArtifactGathering {
  return new ArtifactGathering({ ...sessions, sessionFiles: sessions.files, fileOrders });
}

/** What is remembered of agents, and those that come with sessions. */
function presentAgents({ store, clock, notifier, ids, sealer }: ServiceParts): PresentAgents {
  const hosts = new SessionHosts({ clock, notifier, epoch: ids.secret(9) });
  const instances = new Instances(clock);
  const { sign } = sealer;
  return {
    hosts,
    instances,
    sessionAgents: new SessionAgents({ ...store, clock, ids, instances, hosts, notifier, sign }),
  };
}

interface PresentAgents extends Pick<Services, 'instances' | 'sessionAgents'> {
  readonly hosts: SessionHosts;
}

type AgentCall = 'hello' | 'appending' | 'reporting' | 'fetching';
type AgentCallParts = Services['hello'] &
  Services['appending'] &
  Services['reporting'] &
  Services['fetching'];
type AgentService =
  | 'joining'
  | 'connections'
  | 'instances'
  | 'sessionAgents'
  | 'agentLife'
  | 'agentKeys'
  | 'hosting'
  | AgentCall;

/** What only concerns agents: who they are, and what they report. */
function agentServices(
  { store: { agents, keys }, clock, ids }: ServiceParts,
  common: ConnectionsParts & HostSessionsParts & AgentCallParts & Pick<Store, 'agents'> & PresentAgents,
): Pick<Services, AgentService> {
  const { instances, sessionAgents } = common;
  return {
    joining: { agents, keys, clock, ids },
    connections: new Connections(common),
    instances,
    sessionAgents,
    agentLife: { ...common, keys },
    agentKeys: { agents, keys, clock, ids },
    hosting: common,
    hello: common,
    appending: common,
    reporting: common,
    fetching: common,
  };
}

const NO_MAKING: SessionMaking = {
  providers: () => new Map(),
  templates: noTemplates,
  quotas: { perOwner: 0, perTeam: 0, uploadBytes: 0 },
  random: () => 0,
};

function sessionParts(
  parts: ServiceParts,
  { hosts, sessionAgents }: PresentAgents,
  fileOrders: FileOrders,
): Services['sessions'] {
  const { store, clock, ids, notifier, sealer } = parts;
  const { sessions, runs, agents } = store;
  const making = parts.making ?? NO_MAKING;
  const { blobs = noBlobs, fetchFrom = [] } = making;
  const assets = new SessionAssets({
    sessions,
    blobs,
    unseal: sealer.unseal,
    fetch: (url, signal) => fetchFile(url, { allowed: fetchFrom, signal }),
  });
  const providers = making.providers({
    hosts,
    placing: new AssetPlacing({ sessions, assets, fileOrders }),
    sessionAgents,
    specOf: async (sessionId) => (await sessions.get(sessionId))?.spec ?? null,
    mains: new MainRuns({ sessions, runs, notifier, clock, ids }),
    poolOf: async (agentId) => (await agents.get(agentId))?.pool ?? null,
    ownAgentId: () => parts.own.id,
    clock,
  });
  return {
    ...making,
    blobs,
    uploads: new UploadRoom(blobs, making.quotas.uploadBytes),
    fetchFrom,
    assets,
    providers,
    files: sessionFiles({ providers, fileOrders }),
    hosts,
    runs,
    sessions,
    agents,
    commands: new SessionCommands({ runs, notifier, clock }),
    uses: new SessionUses(),
    notifier,
    clock,
    ids,
    seal: sealer.seal,
    unseal: sealer.unseal,
    tag: () => sessions.tag(ids.secret(12)),
    place: parts.sessionPlace ?? null,
  };
}

function scriptParts({ store, clock, folderScripts }: ServiceParts) {
  const schemas = new Schemas(clock);
  const folder = async (): Promise<readonly FolderScript[]> => (await folderScripts?.(schemas)) ?? [];
  return { scripts: store.scripts, schemas, folder };
}

async function shutDown({ store, stays, shutDown: begin }: ServiceParts, busy: boolean): Promise<void> {
  if (stays) throw new ErrandError('conflict', 'this control plane was started with errand up; end that one');
  const open = await countOpenRuns(store);
  if (open > 0 && !busy) throw new ErrandError('conflict', `${open} runs have not finished`);
  begin();
}

/** How many runs have not finished. */
async function countOpenRuns(store: Pick<Store, 'runs'>): Promise<number> {
  return (await store.runs.countOpen()).reduce((sum, { count }) => sum + count, 0);
}

/** How many runs and jobs have not finished, and how many sessions are not stopped. */
export async function countOpen(store: Pick<Store, 'runs' | 'jobs' | 'sessions'>): Promise<number> {
  return (await countOpenRuns(store)) + (await countOpenSessions(store)) + (await countOpenJobs(store));
}

/** How many jobs have not finished. */
async function countOpenJobs(store: Pick<Store, 'jobs'>): Promise<number> {
  const counts = await store.jobs.count();
  return counts.filter(({ state }) => state !== 'finished').reduce((sum, { count }) => sum + count, 0);
}

/** How many sessions need a control plane: all but those that are stopped or over. */
async function countOpenSessions(store: Pick<Store, 'sessions'>): Promise<number> {
  const counts = await store.sessions.count();
  return counts
    .filter(({ state }) => state !== 'stopped' && !isFinalState(state))
    .reduce((sum, { count }) => sum + count, 0);
}
