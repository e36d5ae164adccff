import type { RunTaskCommandInput } from '@aws-sdk/client-ecs';
import type { LaunchRequest } from '@errand/core';
import { AGENT, KEEPER, SOCKET, WORK } from './bring.ts';
import { EcsOptions, foldersOf } from './ecs-options.ts';
import type { EcsSettings } from './ecs-settings.ts';
import { tagsOf } from './names.ts';
import { CONTAINERS } from './task-definition.ts';

/** What RunTask is asked; the same for the same launch. */
export function taskRequest(
  settings: EcsSettings,
  request: LaunchRequest,
  { definition, url, token }: { readonly definition: string; readonly url: string; readonly token: string },
): RunTaskCommandInput {
  return {
    taskDefinition: definition,
    count: 1,
    // ECS makes no second task for a token that it has seen within the day.
    clientToken: request.key,
    // By this it is found when the answer is lost.
    startedBy: request.key,
    tags: tagsOf(request),
    ...placement(settings, { spot: isSpot(settings, request.spec) }),
    overrides: {
      containerOverrides: [
        {
          name: CONTAINERS.agent,
          command: agentCommand(request, url),
          environment: [{ name: 'ERRAND_JOIN_TOKEN', value: token }],
        },
      ],
    },
  };
}

/** Whose machines it runs on, and in which network. */
export function placement(
  settings: EcsSettings,
  { spot }: { readonly spot: boolean },
): Pick<RunTaskCommandInput, 'capacityProviderStrategy' | 'launchType' | 'networkConfiguration'> {
  const { launchType, networkMode } = settings;
  return {
    ...(spot
      ? { capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }] }
      : { launchType: launchType === 'ec2' ? 'EC2' : 'FARGATE' }),
    // ECS refuses to be told of networks where tasks have no address of their own.
    ...(networkMode === 'bridge' ? {} : { networkConfiguration: networkOf(settings) }),
  };
}

function networkOf({ subnets, securityGroups, publicIp, launchType }: EcsSettings) {
  return {
    awsvpcConfiguration: {
      subnets: [...subnets],
      securityGroups: [...securityGroups],
      // ECS refuses to be asked for one on machines of a cluster.
      ...(launchType === 'ec2'
        ? {}
        : { assignPublicIp: publicIp ? ('ENABLED' as const) : ('DISABLED' as const) }),
    },
  };
}

export function isSpot(settings: EcsSettings, { options }: LaunchRequest['spec']): boolean {
  return EcsOptions.parse(options).spot ?? (settings.launchType === 'fargate' && settings.spot);
}

/** Behind `hold`: the seconds that its lease is good for, and what it holds. */
function agentCommand({ leaseMs, sessionId, subdomain, spec }: LaunchRequest, url: string): string[] {
  return [
    String(Math.ceil(leaseMs / 1_000)),
    'node',
    AGENT,
    `--url=${url}`,
    `--name=${subdomain}`,
    `--session=${sessionId}`,
    `--beside=${SOCKET}`,
    `--keeper=${KEEPER}`,
    `--data=${WORK}/agent`,
    `--sockets=${WORK}/agent/sockets`,
    ...foldersOf(spec).map((path) => `--folder=${path}`),
  ];
}
