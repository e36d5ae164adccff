import { join } from 'node:path';
import type { Provider } from '@errand/core';
import type { Logger } from 'pino';
import type { AwsClients } from './aws/aws-clients.ts';
import type { ServerConfig } from './config.ts';
import type { OwnAgentSlot, ProviderSurroundings } from './create-services.ts';
import { OWN_POOL } from './own-agent.ts';
import type { ByAgentParts } from './providers/by-agent/session-by-agent.ts';
import type { DockerProviderParts } from './providers/docker/provider.ts';
import { Ec2Provider, type Ec2ProviderParts } from './providers/ec2/provider.ts';
import { openSsmCarrier } from './providers/ec2/ssm/open-ssm-carrier.ts';
import { EcsProvider } from './providers/ecs/provider.ts';
import { openLambdaProvider } from './providers/lambda/open-lambda-provider.ts';
import { processProvider } from './providers/process/provider.ts';
import { registryPasswords } from './registry-passwords.ts';
import type { Sealer } from './secrets.ts';
import { systemClock } from './system/system-clock.ts';

/** What the configuration and the machine give to all providers. */
export interface ProviderOptions {
  readonly config: ServerConfig;
  /** The keeper's builds for Linux by the processor, in Node's words; undefined: there is none. */
  readonly keepers: (arch: string) => string | undefined;
}

/** Files that containers begin with. */
export type DockerAssets = DockerProviderParts['assets'];

/** What providers at AWS share. */
export interface Cloud {
  readonly aws: AwsClients;
  readonly ssm: Ec2ProviderParts['ssm'];
  readonly log: Logger;
}

/** The one place that names concrete providers. The first is the one that is meant where none is named. */
export function providers(
  config: ServerConfig,
  docker: Provider | null,
  cloud: Cloud,
): (around: ProviderSurroundings) => ReadonlyMap<string, Provider> {
  return (around) => {
    const made = [
      ec2Of(config, cloud, around),
      ecsOf(config, cloud, around),
      lambdaOf(config, cloud, around),
    ];
    const all = [processOf(around), docker, ...made].filter((each) => each !== null);
    return new Map(all.map((each) => [each.name, each]));
  };
}

/** The library of EC2 is loaded with the first call. */
function ec2Of(
  { ec2: settings, url }: ServerConfig,
  { aws, ssm }: Cloud,
  around: ProviderSurroundings,
): Provider | null {
  if (settings === null) return null;
  return new Ec2Provider({
    client: () => aws.ec2(),
    settings,
    url,
    ...byAgent(around),
    ssm,
  });
}

function lambdaOf(
  { lambda: settings, url }: ServerConfig,
  { aws, log }: Cloud,
  { sessionAgents: agents, clock }: ProviderSurroundings,
): Provider | null {
  if (settings === null) return null;
  const onProblem = (sentence: string): void => log.warn({ part: 'lambda' }, sentence);
  const clients = { lambda: () => aws.lambda(), sqs: () => aws.sqs() };
  return openLambdaProvider({ settings, url, clients, agents, clock, onProblem });
}

/** The way to machines without an agent; null: nobody has said where what commands write goes. */
export function ssmOf(
  { config: { ec2 }, keepers }: ProviderOptions,
  aws: AwsClients,
  own: OwnAgentSlot,
): Cloud['ssm'] {
  if (ec2?.ssm === undefined) return null;
  const clients = { ec2: () => aws.ec2(), ssm: () => aws.ssm(), s3: () => aws.s3() };
  return {
    carrier: openSsmCarrier(clients, ec2.ssm, systemClock),
    keepers,
    ownAgent: () => (own.id === null ? null : { id: own.id, pool: OWN_POOL }),
  };
}

/** The libraries of ECS, and of what its tasks need, are loaded with the first call. */
function ecsOf(
  { ecs: settings, url }: ServerConfig,
  { aws }: Cloud,
  around: ProviderSurroundings,
): Provider | null {
  if (settings === null) return null;
  return new EcsProvider({
    client: () => aws.ecs(),
    efs: () => aws.efs(),
    ec2: () => aws.ec2(),
    settings,
    url,
    ...byAgent(around),
  });
}

/** What sessions need whose machines and tasks bring an agent. */
function byAgent(around: ProviderSurroundings): ByAgentParts & Pick<ProviderSurroundings, 'clock'> {
  const { sessionAgents, specOf, hosts, mains, placing, clock } = around;
  const agents = {
    token: (launch: string) => sessionAgents.token(launch),
    of: (sessionId: string, launch: string) => sessionAgents.of(sessionId, launch),
    specOf,
    remove: (sessionId: string, launch: string) => sessionAgents.remove(sessionId, launch),
  };
  return { agents, hosts, mains, placing, clock };
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

/** The client of Docker is loaded only where one is configured. */
export async function openDocker(
  { config: { docker }, keepers }: ProviderOptions,
  around: {
    readonly folder: string;
    readonly sealer: Sealer;
    readonly own: OwnAgentSlot;
    readonly assets: DockerAssets;
  },
): Promise<(Provider & AsyncDisposable) | null> {
  if (docker === null) return null;
  const { openDockerProvider } = await import('./providers/docker/open-docker-provider.ts');
  const { folder, sealer, own, assets } = around;
  const settings = { host: docker.host, registries: registryPasswords(docker.registries) };
  return openDockerProvider(settings, {
    folder: join(folder, 'docker'),
    clock: systemClock,
    unseal: sealer.unseal,
    keepers,
    assets,
    agent: () => (own.id === null ? null : { id: own.id, pool: OWN_POOL }),
  });
}
