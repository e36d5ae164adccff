import { dirname, join } from 'node:path';
import type { Clock, Provider, Store } from '@errand/core';
import type { Logger } from 'pino';
import { type AwsClients, awsClients } from './aws/aws-clients.ts';
import { AwsConfig } from './aws/aws-settings.ts';
import { type Compat, createCompat } from './compat/compat.ts';
import {
  type Cloud,
  type DockerAssets,
  openDocker,
  type ProviderOptions,
  providers,
  ssmOf,
} from './compose-providers.ts';
import type { ServerConfig } from './config.ts';
import {
  countOpen,
  createServices,
  type OwnAgentSlot,
  type ServiceParts,
  type SessionMaking,
} from './create-services.ts';
import { Schemas } from './json-schema/schemas.ts';
import { keepSessions, type SessionKeeping } from './keep-sessions.ts';
import { filePlace } from './outputs/file-place.ts';
import { s3Place } from './outputs/s3-place.ts';
import { urlPlace } from './outputs/url-place.ts';
import type { StartOwnAgent } from './own-agent.ts';
import { sessionPlaceOf } from './proxy/session-place-of.ts';
import { JobReconciler } from './reconciler/jobs/job-reconciler.ts';
import { Reconciler } from './reconciler/reconciler.ts';
import { Retention, type RetentionParts } from './reconciler/retention.ts';
import { ScriptFolder } from './script-folder.ts';
import { openSealer } from './secrets.ts';
import type { Services } from './services.ts';
import { startOwnAgent } from './start-own-agent.ts';
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
import type { OutputPlaces } from './use-cases/jobs/job-parts.ts';

/** Everything that works behind the HTTP edge. Closing it waits for writes under way; commands go on. */
export interface ControlPlane extends AsyncDisposable, SessionKeeping {
  readonly services: Services;
  readonly compat: Compat;
  readonly reconciler: Reconciler;
  readonly retention: Retention;
  readonly jobReconciler: JobReconciler;
  /** Resolves when the own agent serves, at once where there is none. */
  startOwnAgent(): Promise<void>;
  /** How many runs and jobs have not finished, and how many sessions are not stopped. */
  openRuns(): Promise<number>;
}

export interface ComposeOptions extends ProviderOptions {
  readonly version: string;
  readonly log: Logger;
  /** Makes the control plane's own agent; null: it has none. */
  readonly startOwnAgent: StartOwnAgent | null;
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
  const assets: DockerAssets = (id, how) => services.sessions.assets.gather(id, how);
  const docker = opened.use(await openDocker(options, { folder: folder.path, sealer, own, assets }));
  const aws = opened.use(awsClients(config.aws ?? AwsConfig.parse({})));
  const cloud = { aws, ssm: ssmOf(options, aws, own), log: options.log };
  const services: Services = createServices({
    version,
    store,
    logs,
    ...system,
    sealer,
    making: await makingOf(config, { folder: folder.path, docker, clock, cloud }),
    sessionPlace: sessionPlaceOf(config),
    sockets: dirname(config.socket),
    own,
    stays: config.listen !== null,
    shutDown,
    folderScripts: folderScripts(config),
    outputs: outputPlaces(aws, store, { files: () => services.sessions.files, fetchFrom: config.fetchFrom }),
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
    startOwnAgent: () => startOwnAgent(options, { services, own, folder: folder.path, ssm: cloud.ssm }),
    openRuns: () => countOpen(store),
    async [Symbol.asyncDispose]() {
      await own.agent?.stop();
      await closing.disposeAsync();
    },
  };
}

/** Where outputs of jobs lie; `files` of sessions are reached once the use-cases are wired. */
function outputPlaces(
  aws: AwsClients,
  { sessions }: Store,
  {
    files,
    fetchFrom,
  }: { readonly files: () => Services['sessions']['files']; readonly fetchFrom: readonly string[] },
): OutputPlaces {
  const file = filePlace({ session: (id) => sessions.get(id), files });
  return { s3: s3Place(() => aws.s3()), url: urlPlace(fetchFrom), file };
}

/** What the configuration says of how sessions are made. */
async function makingOf(
  config: ServerConfig,
  {
    folder,
    docker,
    clock,
    cloud,
  }: {
    readonly folder: string;
    readonly docker: Provider | null;
    readonly clock: Clock;
    readonly cloud: Cloud;
  },
): Promise<SessionMaking> {
  const { templates, sessionQuotas, fetchFrom } = config;
  return {
    templates: await configTemplates(templates, new Schemas(clock)),
    random: Math.random,
    providers: providers(config, docker, cloud),
    quotas: sessionQuotas,
    blobs: new FileBlobStore(join(folder, 'files')),
    fetchFrom,
  };
}

function keptBy({ reads, sessions }: Services): Pick<RetentionParts, 'reads' | 'blobs'> {
  return { reads, blobs: sessions.blobs };
}

/** At the end every outcome is written down. */
function keepAudit({ audit }: Services, log: Logger): AsyncDisposable {
  audit.onError = (error) => log.error({ err: error, part: 'audit' }, 'could not be written down');
  return { [Symbol.asyncDispose]: () => audit.flush() };
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
