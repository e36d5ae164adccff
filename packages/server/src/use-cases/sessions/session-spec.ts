import type { SessionSpecWish } from '@errand/contract';
import {
  type Command,
  DEFAULTS,
  ErrandError,
  type FileSource,
  type FileSpec,
  type HealthSpec,
  LIMITS,
  type Provider,
  type SessionLimits,
  type SessionSpec,
} from '@errand/core';
import { checkSource } from '../../outbound/fetch-file.ts';

export interface SpecParts {
  readonly seal: (plain: string) => string;
  /** Pool of a provider that makes sessions with agents, where none is named. */
  readonly pool: string;
  /** What a template's asset source has listed. */
  readonly sourced: readonly FileSpec[];
  /** Hosts within our own networks that files may be fetched from. */
  readonly fetchFrom: readonly string[];
}

/** The spec of a wish, with every default filled in. Throws `invalid` with what its provider cannot do. */
export function specOf(parts: SpecParts, provider: Provider, wish: SessionSpecWish): SessionSpec {
  const { inPool } = provider.capabilities;
  const sealed = Object.entries(wish.secretEnv ?? {}).map(([name, value]) => [name, parts.seal(value)]);
  const spec: SessionSpec = {
    provider: provider.name,
    image: wish.image ?? null,
    size: wish.size ?? null,
    cpus: wish.cpus ?? null,
    memoryBytes: wish.memory ?? null,
    command: commandOf(wish),
    env: wish.env ?? {},
    sealedEnv: Object.fromEntries(sealed),
    ports: (wish.ports ?? []).map((port) =>
      typeof port === 'number'
        ? { port, bind: null, range: null }
        : { port: port.port, bind: port.bind ?? null, range: port.range ?? null },
    ),
    volumes: wish.volumes ?? [],
    health: healthOf(wish),
    pool: wish.pool ?? (inPool ? parts.pool : null),
    agent: wish.agent ?? null,
    ...filesOf(parts, wish),
    options: wish.options ?? {},
    limits: limitsOf(wish),
  };
  check(provider, spec);
  return spec;
}

function filesOf(
  { seal, sourced, fetchFrom }: SpecParts,
  { files = [] }: SessionSpecWish,
): Pick<SessionSpec, 'files'> {
  const own = files.map(({ path, mode, owner, ...source }, at): FileSpec => {
    const about = { path, mode: mode ?? null, owner: owner ?? null };
    return { ...about, source: sourceOf(seal, source, `files.${at}`) };
  });
  const all = [...own, ...sourced];
  if (all.length === 0) return {};
  const inline = all.reduce((sum, { source }) => sum + (source.kind === 'inline' ? source.bytes : 0), 0);
  if (inline > LIMITS.inlineFileBytes)
    throw wrong(
      'files',
      `have more than ${LIMITS.inlineFileBytes} bytes inline; upload them (POST /v1/uploads)`,
    );
  for (const { path, source } of all) {
    if (source.kind === 'url') checkSource(source.url, fetchFrom);
    if (all.filter((each) => each.path === path).length > 1) throw wrong('files', `name ${path} twice`);
  }
  return { files: all };
}

type FileWish = NonNullable<SessionSpecWish['files']>[number];

function sourceOf(
  seal: SpecParts['seal'],
  { text, base64, upload, artifact, url, sha256 }: Omit<FileWish, 'path' | 'mode' | 'owner'>,
  at: string,
): FileSource {
  if (upload !== undefined) return { kind: 'upload', id: upload };
  // Which of its attempts is known when it is looked at, before anything is stored.
  if (artifact !== undefined) return { kind: 'artifact', token: 0, ...artifact };
  if (url !== undefined && sha256 === undefined)
    throw wrong(at, 'needs sha256, so that nobody can put another file there');
  if (url !== undefined) return { kind: 'url', url, sha256: sha256 ?? null };
  const bytes = base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64');
  return { kind: 'inline', sealed: seal(bytes.toString('base64')), bytes: bytes.length };
}

function commandOf({ command, shell }: SessionSpecWish): Command | null {
  if (command !== undefined && shell !== undefined)
    throw wrong('command', 'stands beside shell; give one of the two');
  if (command !== undefined) return { kind: 'argv', argv: command };
  return shell === undefined ? null : { kind: 'shell', text: shell };
}

function healthOf({ health, ports = [] }: SessionSpecWish): HealthSpec | null {
  if (health === undefined) return null;
  const times = {
    intervalMs: health.interval ?? DEFAULTS.healthIntervalMs,
    timeoutMs: health.timeout ?? DEFAULTS.healthTimeoutMs,
  };
  if (health.command !== undefined) return { ...times, check: { kind: 'command', argv: health.command } };
  if (health.tcp !== undefined) return { ...times, check: { kind: 'tcp', port: health.tcp } };
  const [first] = ports;
  const port = health.port ?? (typeof first === 'number' ? first : first?.port);
  if (port === undefined) throw wrong('health.path', 'needs a port; give ports: [80] too');
  const { path = '/', status = 200, body = null, failedBody = null } = health;
  return { ...times, check: { kind: 'http', port, path, status, body, failedBody } };
}

function limitsOf(wish: SessionSpecWish): SessionLimits {
  const never = (limit: number | 'never' | undefined, otherwise: number): number | null =>
    limit === 'never' ? null : (limit ?? otherwise);
  const limits = {
    leaseMs: wish.lease ?? DEFAULTS.sessionLeaseMs,
    createMs: wish.createTimeout ?? DEFAULTS.sessionCreateMs,
    readyMs: wish.readyTimeout ?? DEFAULTS.sessionReadyMs,
    stopMs: wish.stopTimeout ?? DEFAULTS.sessionStopMs,
    lifeMs: wish.maxLife ?? DEFAULTS.sessionLifeMs,
    idleMs: never(wish.idle, DEFAULTS.sessionIdleMs),
    unusedMs: never(wish.unused, DEFAULTS.sessionUnusedMs),
  };
  for (const [name, limit, least, most] of BOUNDS) {
    const value = limits[limit];
    if (value !== null && (value < least || value > most))
      throw wrong(name, `must be between ${least / 1_000} s and ${most / 1_000} s`);
  }
  return limits;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A lease shorter than this could not be renewed in time by a busy control plane. */
const LEAST_LEASE_MS = 5_000;

const BOUNDS: readonly (readonly [string, keyof SessionLimits, number, number])[] = [
  ['lease', 'leaseMs', LEAST_LEASE_MS, DAY],
  ['createTimeout', 'createMs', 1_000, DAY],
  ['readyTimeout', 'readyMs', 1_000, DAY],
  ['stopTimeout', 'stopMs', 1_000, DAY],
  ['maxLife', 'lifeMs', 1_000, 30 * DAY],
  ['idle', 'idleMs', 1_000, 365 * DAY],
  ['unused', 'unusedMs', 1_000, 3_650 * DAY],
];

function check(provider: Provider, spec: SessionSpec): void {
  const asked = spec.health?.check;
  const known = new Set(spec.ports.map(({ port }) => port));
  if (asked !== undefined && asked.kind !== 'command' && !known.has(asked.port))
    throw wrong('health', `asks at port ${asked.port}, which is not among the ports`);
  if (asked?.kind === 'command' && !provider.capabilities.checksHealth)
    throw wrong('health.command', `cannot be checked by the provider ${provider.name}; use path or tcp`);
  if (spec.files !== undefined && provider.capabilities.placesFiles !== true)
    throw wrong('files', `cannot be placed by the provider ${provider.name}; copy them with errand cp`);
  if (known.size < spec.ports.length) throw wrong('ports', 'must not name a port twice');
  const problems = provider.problems(spec);
  if (problems.length === 0) return;
  const sentences = problems.map(({ field, message }) => `${field}: ${message}`).join('; ');
  throw new ErrandError('invalid', `the provider ${provider.name} cannot make this: ${sentences}`, {
    details: { fields: Object.fromEntries(problems.map(({ field, message }) => [field, message])) },
  });
}

function wrong(field: string, message: string): ErrandError {
  return new ErrandError('invalid', `${field} ${message}`, { details: { fields: { [field]: message } } });
}
