import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseDuration, parseSize } from '@errand/contract';
import { DEFAULTS, ErrandError } from '@errand/core';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { AwsConfig, type AwsSettings } from './aws/aws-settings.ts';
import { Ec2Config } from './aws/ec2-config.ts';
import { EcsConfig } from './aws/ecs-config.ts';
import { LambdaConfig } from './aws/lambda-config.ts';
import { CompatConfig } from './compat/compat-config.ts';
import { withPaths } from './config-paths.ts';
import { faultSentence } from './fault-sentence.ts';
import { TemplatesConfig } from './templates/template-config.ts';
import type { SessionQuotas } from './use-cases/sessions/session-parts.ts';

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

const DurationText = z
  .string()
  .refine((text) => parseDuration(text) !== null, 'must be a duration such as 30d or 12h');
const SizeText = z.string().refine((text) => parseSize(text) !== null, 'must be a size such as 10GB');

/** What `errand.yaml` may say. */
export const ConfigFile = z.strictObject({
  listen: z
    .strictObject({ host: z.string().optional(), port: z.int().min(0).max(65_535).optional() })
    .optional()
    .meta({ description: 'Where the API listens; 127.0.0.1:4040 by default' }),
  hosts: z.array(z.string()).optional().meta({ description: 'Names under which it is reached' }),
  tls: z
    .strictObject({ cert: z.string(), key: z.string() })
    .optional()
    .meta({ description: 'Paths of PEM files; as all paths here, they count from the folder of this file' }),
  trustProxy: z.boolean().optional().meta({ description: 'A proxy in front brings TLS' }),
  data: z
    .string()
    .optional()
    .meta({ description: 'The data folder, unless --data or ERRAND_DATA names one' }),
  database: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must be an address such as postgres://user:password@host:5432/errand')
    .optional()
    .meta({ description: 'postgres://... instead of SQLite in the data folder' }),
  slots: z
    .int()
    .min(0)
    .max(10_000)
    .optional()
    .meta({ description: 'Commands at once on this machine; 0: none' }),
  agentExecutables: z.string().optional().meta({
    description: 'Folder with executables of the agent (npm run build:agent) for machines without Node',
  }),
  scripts: z.string().optional().meta({
    description: 'A folder of scripts, one file each (YAML or JSON); read again when something changes',
  }),
  keep: z
    .strictObject({
      runs: DurationText.optional(),
      logs: SizeText.optional(),
      artifacts: SizeText.optional().meta({ description: 'Files that runs have made; 10GB by default' }),
      audit: DurationText.optional().meta({ description: 'Who did what; 90d by default' }),
    })
    .optional(),
  compat: CompatConfig.optional().meta({ description: 'Older systems whose clients go on working' }),
  sessions: z
    .strictObject({
      perOwner: z.int().min(0).max(100_000).optional(),
      perTeam: z.int().min(0).max(100_000).optional(),
      uploads: SizeText.optional().meta({
        description: 'What one owner may have uploaded for sessions within a day; 40GB by default',
      }),
      fetchFrom: z.array(z.string()).optional().meta({
        description:
          'Hosts within our own networks, or without TLS, that files of sessions may be fetched from and outputs of jobs looked at',
      }),
    })
    .optional()
    .meta({ description: 'How many sessions there may be at a time, and where their files may come from' }),
  templates: TemplatesConfig.optional().meta({ description: 'What sessions can be made of by name' }),
  proxy: z
    .strictObject({
      domain: z
        .string()
        .regex(
          /^(?=.{1,200}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
          'must be a name such as sessions.example.com',
        )
        .optional()
        .meta({ description: 'Each session has a host below it: brave-otter.DOMAIN; localhost by default' }),
      port: z
        .int()
        .min(1)
        .max(65_535)
        .optional()
        .meta({ description: 'Where browsers reach it, if a proxy in front listens elsewhere' }),
    })
    .optional()
    .meta({ description: 'Where ports of sessions are reached' }),
  docker: z
    .strictObject({
      host: z
        .string()
        .regex(/^(?:unix:\/\/\/.+|tcp:\/\/[^/]+:\d+\/?)$/, 'must be unix:///path or tcp://host:port')
        .optional()
        .meta({ description: 'Default: DOCKER_HOST, else unix:///var/run/docker.sock' }),
      registries: z
        .record(z.string(), z.strictObject({ username: z.string(), passwordFile: z.string() }))
        .optional()
        .meta({ description: 'Who we are at registries, by their name, such as ghcr.io or docker.io' }),
    })
    .optional()
    .meta({ description: 'Sessions in containers of a Docker engine' }),
  url: z
    .url({ protocol: /^https?$/, error: 'must be an address such as https://errand.example.com' })
    .regex(/^[\w:/.[\]-]+$/, 'must be an address without anything behind it')
    .optional()
    .meta({ description: 'Under which address machines that it makes reach this control plane' }),
  ec2: Ec2Config.optional().meta({ description: 'Sessions on machines at EC2' }),
  ecs: EcsConfig.optional().meta({ description: 'Sessions in tasks of ECS' }),
  lambda: LambdaConfig.optional().meta({
    description: 'Pools whose runs are executed by a function at Lambda',
  }),
  aws: AwsConfig.optional().meta({ description: 'Where AWS is, for what is made and kept there' }),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).optional(),
});
export type ConfigFile = z.output<typeof ConfigFile>;

/** Everything a control plane is told at its start. Flags over environment over file over defaults. */
export interface ServerConfig {
  readonly data: string;
  /** Socket of the data folder, for command lines of this user on this machine. */
  readonly socket: string;
  /** null: no TCP at all (the embedded shape). */
  readonly listen: { readonly host: string; readonly port: number } | null;
  readonly hosts: readonly string[];
  readonly tls: { readonly cert: string; readonly key: string } | null;
  readonly trustProxy: boolean;
  readonly database: string | null;
  readonly slots: number;
  readonly agentExecutables: string | null;
  /** The folder of scripts; null: none. */
  readonly scripts: string | null;
  readonly keepRunsMs: number;
  readonly keepLogBytes: number;
  readonly keepArtifactBytes: number;
  readonly keepAuditMs: number;
  readonly compat: CompatConfig;
  readonly sessionQuotas: SessionQuotas;
  /** Hosts within our own networks that files of sessions may be fetched from. */
  readonly fetchFrom: readonly string[];
  readonly templates: TemplatesConfig;
  readonly proxy: { readonly domain: string | null; readonly port: number | null };
  /** null: no sessions in containers. */
  readonly docker: {
    readonly host: string;
    readonly registries: Readonly<
      Record<string, { readonly username: string; readonly passwordFile: string }>
    >;
  } | null;
  /** Where machines reach it, without a slash at the end; null: nobody has said. */
  readonly url: string | null;
  /** null: no machines are made. */
  readonly ec2: Ec2Config | null;
  /** null: no tasks are made. */
  readonly ecs: EcsConfig | null;
  /** null: no function is invoked. */
  readonly lambda: LambdaConfig | null;
  /** null: nothing is done at AWS. */
  readonly aws: AwsSettings | null;
  readonly logLevel: string;
  /** Ends itself after this long without run and client; null: never. */
  readonly idleExitMs: number | null;
}

/** What the command line decides; the rest comes from the file and the defaults. */
export interface ConfigSources {
  readonly data: string;
  readonly socket: string;
  readonly file: ConfigFile;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** DOCKER_HOST. */
  readonly dockerHost?: string | undefined;
  readonly embedded: boolean;
}

export const DEFAULT_PORT = 4040;
const IDLE_EXIT_MS = 30_000;

/** Puts the sources together. Throws `invalid` for plain HTTP on an address that others reach. */
export function serverConfig(sources: ConfigSources): ServerConfig {
  const { data, socket, file, host, port, embedded } = sources;
  const listen = {
    host: host ?? file.listen?.host ?? '127.0.0.1',
    port: port ?? file.listen?.port ?? DEFAULT_PORT,
  };
  const config: ServerConfig = {
    data,
    socket,
    listen: embedded ? null : listen,
    hosts: file.hosts ?? [],
    tls: file.tls ?? null,
    trustProxy: file.trustProxy ?? false,
    database: file.database ?? null,
    slots: file.slots ?? DEFAULTS.agentSlots,
    agentExecutables: file.agentExecutables ?? null,
    scripts: file.scripts ?? null,
    keepRunsMs: parseDuration(file.keep?.runs ?? '') ?? DEFAULTS.keepRunsMs,
    keepLogBytes: parseSize(file.keep?.logs ?? '') ?? DEFAULTS.keepLogBytes,
    keepArtifactBytes: parseSize(file.keep?.artifacts ?? '') ?? DEFAULTS.keepArtifactBytes,
    keepAuditMs: parseDuration(file.keep?.audit ?? '') ?? DEFAULTS.keepAuditMs,
    compat: file.compat ?? {},
    sessionQuotas: {
      perOwner: file.sessions?.perOwner ?? DEFAULTS.sessionsPerOwner,
      perTeam: file.sessions?.perTeam ?? DEFAULTS.sessionsPerTeam,
      uploadBytes: parseSize(file.sessions?.uploads ?? '') ?? DEFAULTS.uploadBytes,
    },
    fetchFrom: file.sessions?.fetchFrom ?? [],
    templates: file.templates ?? {},
    proxy: { domain: file.proxy?.domain ?? null, port: file.proxy?.port ?? null },
    docker: dockerOf(file, sources.dockerHost),
    url: file.url?.replace(/\/+$/, '') ?? null,
    ec2: file.ec2 ?? null,
    ecs: file.ecs ?? null,
    lambda: file.lambda ?? null,
    aws: file.aws ?? null,
    logLevel: file.logLevel ?? 'info',
    idleExitMs: embedded ? IDLE_EXIT_MS : null,
  };
  if (!embedded && !LOOPBACK.has(listen.host) && config.tls === null && !config.trustProxy) {
    const why = `plain HTTP on ${listen.host} would show keys and output to the network`;
    throw new ErrandError(
      'invalid',
      `${why}; give tls: {cert, key} in errand.yaml, or trustProxy: true behind a proxy with TLS`,
    );
  }
  return config;
}

/** The file before DOCKER_HOST here: what says that there is Docker at all also says where. */
function dockerOf({ docker }: ConfigFile, dockerHost: string | undefined): ServerConfig['docker'] {
  if (docker === undefined) return null;
  const { host = dockerHost ?? 'unix:///var/run/docker.sock', registries = {} } = docker;
  return { host, registries };
}

/** Reads and checks a configuration file; paths in it count from the folder that it lies in. Throws `invalid` with every fault found, `not_found` where there is no such file. */
export function readConfigFile(path: string): ConfigFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new ErrandError('not_found', `the configuration ${path} cannot be read (${why})`, { cause });
  }
  return withPaths(parseConfigFile(text, path), dirname(resolve(path)));
}

export function parseConfigFile(text: string, path: string): ConfigFile {
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.trimEnd() : '';
    throw new ErrandError('invalid', `${path} is not YAML: ${why}`, { cause });
  }
  const result = ConfigFile.safeParse(value ?? {}, { error: faultSentence });
  if (result.success) return result.data;
  const faults = result.error.issues.map(
    ({ path: at, message }) => `  ${at.length === 0 ? 'the file' : `${at.join('.')}:`} ${message}`,
  );
  throw new ErrandError('invalid', `${path} is not right:\n${faults.join('\n')}`);
}
