import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Clock, newAgent, newPool, type Provider, type Store } from '@errand/core';
import type { Logger } from 'pino';
import { type AwsClients, awsClients } from './aws/aws-clients.ts';
import { AwsConfig } from './aws/aws-settings.ts';
import { type Compat, createCompat } from './compat/compat.ts';
import type { ServerConfig } from './config.ts';
import {
  countOpenJobs,
  countOpenRuns,
  countOpenSessions,
  createServices,
  type OwnAgentSlot,
  type ProviderSurroundings,
  type ServiceParts,
  type SessionMaking,
} from './create-services.ts';
import { inProcessLink } from './in-process-link.ts';
import { Schemas } from './json-schema/schemas.ts';
import { s3Place } from './outputs/s3-place.ts';
import { urlPlace } from './outputs/url-place.ts';
import { OWN_POOL, type StartOwnAgent } from './own-agent.ts';
import type { DockerProviderParts as DockerParts } from './providers/docker/provider.ts';
import { Ec2Provider } from './providers/ec2/provider.ts';
import { processProvider } from './providers/process/provider.ts';
import type { SessionPlace } from './proxy/session-place.ts';
import { JobReconciler } from './reconciler/jobs/job-reconciler.ts';
import { PoolLauncher } from './reconciler/pools/pool-launcher.ts';
import { Reconciler } from './reconciler/reconciler.ts';
import { Retention, type RetentionParts } from './reconciler/retention.ts';
import { probeHealth } from './reconciler/sessions/probe-health.ts';
import { SessionReconciler } from './reconciler/sessions/session-reconciler.ts';
import { SessionSweep } from './reconciler/sessions/session-sweep.ts';
import { ScriptFolder } from './script-folder.ts';
import { openSealer, type Sealer } from './secrets.ts';
import type { Services } from './services.ts';
import { openDataFolder } from './stores/data-folder.ts';
import { FileBlobStore } from './stores/files/file-blob-store.ts';
import { FileLogStore } from './stores/files/file-log-store.ts';
import { makePrivateFile } from './stores/private-file.ts';
import { DiskReserve } from './stores/sql/disk-reserve.ts';
import { openSqliteStore } from './stores/sql/open-sqlite-store.ts';
import { withReserve } from './stores/sql/with-reserve.ts';
import { LocalNotifier } from './system/local-notifier.ts';
import { randomIds } from './system/random-ids.ts';
import { sharedClock } from './system/shared-clock.ts';
import { systemClock } from './system/system-clock.ts';
import { configTemplates } from './templates/config-templates.ts';

/** Everything that works behind the HTTP edge. Closing it waits for writes under way; commands go on. */
export interface ControlPlane extends AsyncDisposable {
  readonly services: Services;
  readonly compat: Compat;
  readonly reconciler: Reconciler;
  readonly retention: Retention;
  readonly sessionReconciler: SessionReconciler;
  readonly sessionSweep: SessionSweep;
  readonly jobReconciler: JobReconciler;
  readonly poolLauncher: PoolLauncher;
  /** Resolves when the own agent serves, at once where there is none. */
  startOwnAgent(): Promise<void>;
  /** How many runs and jobs have not finished, and how many sessions are not stopped. */
  openRuns(): Promise<number>;
}

export interface ComposeOptions {
  readonly config: ServerConfig;
  readonly version: string;
  readonly log: Logger;
  /** Makes the control plane's own agent; null: it has none. */
  readonly startOwnAgent: StartOwnAgent | null;
  /** The keeper's builds for Linux by the processor, in Node's words; undefined: there is none. */
  readonly keepers: (arch: string) => string | undefined;
  readonly shutDown: () => void;
}

/** The one place that names concrete stores: opens the data folder and wires the use-cases to it. */
export async function compose(options: ComposeOptions): Promise<ControlPlane> {
  const { config, version, shutDown } = options;
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(await openDataFolder(config.data, systemClock.now()));
  const store = opened.use(await openStore(config, folder.path));
  const logs = opened.use(new FileLogStore({ root: join(folder.path, 'logs') }));
  const own: OwnAgentSlot = { id: null, agent: null };
  const comparing = new AbortController();
  opened.defer(() => comparing.abort());
  const clock = await sharedClock(store, systemClock, comparing.signal);
  const system = { clock, ids: randomIds, notifier: new LocalNotifier() };
  const sealer = openSealer(join(folder.path, 'secret.key'));
  const assets: DockerParts['assets'] = (id, how) => services.sessions.assets.gather(id, how);
  const docker = await openDocker(options, { folder: folder.path, sealer, own, assets });
  if (docker !== null) opened.use(docker);
  const aws = opened.use(awsClients(config.aws ?? AwsConfig.parse({})));
  const services: Services = createServices({
    version,
    store,
    logs,
    ...system,
    sealer,
    making: await makingOf(config, { folder: folder.path, docker, clock, aws }),
    sessionPlace: sessionPlaceOf(config),
    sockets: dirname(config.socket),
    own,
    stays: config.listen !== null,
    shutDown,
    folderScripts: folderScripts(config),
    outputs: { s3: s3Place(() => aws.s3()), url: urlPlace },
  });
  opened.use(keepAudit(services, options.log));
  const compat = opened.use(createCompat({ config: config.compat, services, sealer, log: options.log }));
  const closing = opened.move();
  return {
    services,
    compat,
    reconciler: new Reconciler({ ...store, ...system }),
    retention: new Retention({ ...store, ...system, ...keptBy(services), logs, keep: config }),
    ...(await keepSessions(services)),
    jobReconciler: new JobReconciler(services.jobs),
    startOwnAgent: () => startOwnAgent(options, { services, own, folder: folder.path }),
    openRuns: async () =>
      (await countOpenRuns(store)) + (await countOpenSessions(store)) + (await countOpenJobs(store)),
    async [Symbol.asyncDispose]() {
      await own.agent?.stop();
      await closing.disposeAsync();
    },
  };
}

/** What the configuration says of how sessions are made. */
async function makingOf(
  config: ServerConfig,
  {
    folder,
    docker,
    clock,
    aws,
  }: {
    readonly folder: string;
    readonly docker: Provider | null;
    readonly clock: Clock;
    readonly aws: AwsClients;
  },
): Promise<SessionMaking> {
  const { templates, sessionQuotas, fetchFrom } = config;
  return {
    templates: await configTemplates(templates, new Schemas(clock)),
    random: Math.random,
    providers: providers(config, docker, aws),
    quotas: sessionQuotas,
    blobs: new FileBlobStore(join(folder, 'files')),
    fetchFrom,
  };
}

function keptBy({ reads, sessions }: Services): Pick<RetentionParts, 'reads' | 'blobs'> {
  return { reads, blobs: sessions.blobs };
}

/** The one place that names concrete providers. The first is the one that is meant where none is named. */
function providers(
  config: ServerConfig,
  docker: Provider | null,
  aws: AwsClients,
): (around: ProviderSurroundings) => ReadonlyMap<string, Provider> {
  return (around) => {
    const all = [processOf(around), docker, ec2Of(config, aws, around)].filter((each) => each !== null);
    return new Map(all.map((each) => [each.name, each]));
  };
}

/** The library of EC2 is loaded with the first call. */
function ec2Of(
  { ec2: settings, url }: ServerConfig,
  aws: AwsClients,
  { hosts, mains, sessionAgents: agents, specOf, clock }: ProviderSurroundings,
): Provider | null {
  if (settings === null) return null;
  return new Ec2Provider({
    client: () => aws.ec2(),
    settings,
    url,
    agents: {
      token: (launch) => agents.token(launch),
      of: (sessionId, launch) => agents.of(sessionId, launch),
      specOf,
      remove: (sessionId, launch) => agents.remove(sessionId, launch),
    },
    hosts,
    mains,
    clock,
  });
}

function processOf(around: ProviderSurroundings): Provider {
  const { hosts, mains, placing, clock, poolOf, ownAgentId } = around;
  return processProvider({
    hosts: {
      want: (agentId, wish) => hosts.want(agentId, wish),
      withdraw: (agentId, sessionId) => hosts.withdraw(agentId, sessionId),
      report: (agentId, sessionId) => hosts.report(agentId, sessionId),
      all: () => hosts.all(),
      poolOf,
    },
    mains,
    placing,
    clock,
    isHere: (agentId) => agentId === ownAgentId(),
  });
}

/** Nowhere where nothing is listened on. */
function sessionPlaceOf({ listen, tls, trustProxy, proxy }: ServerConfig): SessionPlace | null {
  if (listen === null) return null;
  const secure = tls !== null || trustProxy;
  // Behind a proxy with TLS only the configuration can say where browsers knock.
  const port = proxy.port ?? (trustProxy || listen.port === 0 ? null : listen.port);
  return { secure, suffix: proxy.domain ?? 'localhost', port };
}

/** The client of Docker is loaded only where one is configured. */
async function openDocker(
  { config: { docker }, keepers }: ComposeOptions,
  around: {
    readonly folder: string;
    readonly sealer: Sealer;
    readonly own: OwnAgentSlot;
    readonly assets: DockerParts['assets'];
  },
): Promise<(Provider & AsyncDisposable) | null> {
  if (docker === null) return null;
  const { openDockerProvider } = await import('./providers/docker/open-docker-provider.ts');
  const { folder, sealer, own, assets } = around;
  return openDockerProvider(docker, {
    folder: join(folder, 'docker'),
    clock: systemClock,
    unseal: sealer.unseal,
    keepers,
    assets,
    agent: () => (own.id === null ? null : { id: own.id, pool: OWN_POOL }),
  });
}

/** At the end every outcome is written down. */
function keepAudit({ audit }: Services, log: Logger): AsyncDisposable {
  audit.onError = (error) => log.error({ err: error, part: 'audit' }, 'could not be written down');
  return { [Symbol.asyncDispose]: () => audit.flush() };
}

/** What sees to sessions, under the tag of this store. */
async function keepSessions({
  sessions,
  store,
}: Services): Promise<Pick<ControlPlane, 'sessionReconciler' | 'sessionSweep' | 'poolLauncher'>> {
  const tag = await sessions.tag();
  return {
    poolLauncher: new PoolLauncher({ ...sessions, runs: store.runs }),
    sessionReconciler: new SessionReconciler({ ...sessions, tag, probe: probeHealth }),
    sessionSweep: new SessionSweep({ ...sessions, tag }),
  };
}

/** Reads the folder of scripts; undefined where the configuration names none. */
function folderScripts({ scripts }: ServerConfig): ServiceParts['folderScripts'] {
  if (scripts === null) return undefined;
  const folder = new ScriptFolder(scripts, systemClock);
  return (schemas) => folder.read(schemas);
}

/** The driver of PostgreSQL is loaded only where one is configured. */
async function openStore({ database }: ServerConfig, folder: string): Promise<Store> {
  if (database === null) {
    const file = join(folder, 'errand.db');
    makePrivateFile(file);
    const store = await openSqliteStore({ database: file });
    return withReserve(store, new DiskReserve(join(folder, 'reserve')));
  }
  const { openPostgresStore } = await import('./stores/sql/open-postgres-store.ts');
  return await openPostgresStore({ url: database });
}

interface OwnAgentPlace {
  readonly services: Services;
  readonly own: OwnAgentSlot;
  readonly folder: string;
}

async function startOwnAgent(
  options: ComposeOptions,
  { services, own, folder }: OwnAgentPlace,
): Promise<void> {
  const { config, version, log, startOwnAgent: make } = options;
  if (make === null) return;
  own.id = await ensureOwnAgent(services, config.slots, folder);
  own.agent = await make({
    link: inProcessLink(services, own.id),
    data: join(folder, 'agent'),
    name: OWN_POOL,
    slots: config.slots,
    program: version,
    log: {
      info: (message, about) => log.info({ ...about, part: 'agent' }, message),
      warn: (message, about) => log.warn({ ...about, part: 'agent' }, message),
    },
  });
  await own.agent.start();
}

const OWN_AGENT = { name: OWN_POOL, pool: OWN_POOL, adminOnly: true } as const;

/**
 * Its id lies in the data folder, so that a restarted control plane goes on with the runs of the one before, and several on one database
 * each have an agent of their own.
 */
async function ensureOwnAgent({ store, clock }: Services, slots: number, folder: string): Promise<string> {
  const now = clock.now();
  await store.agents.ensurePool(newPool({ name: OWN_POOL, createdAt: now, adminOnly: true }));
  const file = join(folder, 'own-agent');
  if (!existsSync(file)) writeFileSync(file, randomIds.next('agent', now), { mode: 0o600 });
  const id = readFileSync(file, 'utf8').trim();
  if ((await store.agents.get(id)) === null)
    await store.agents.put(newAgent({ ...OWN_AGENT, id, slots, createdAt: now }));
  return id;
}
