import { setTimeout as sleep } from 'node:timers/promises';
import { aSessionSpec, type ProviderUnderTest, runProviderSuite } from '@errand/core/testing';
import { afterAll, beforeAll, describe, vi } from 'vitest';
import { requires } from '../../../../../scripts/requires.ts';
import { type MachinePlane, openMachinePlane } from '../../../test/machine-plane.ts';
import { awsClients } from '../../aws/aws-clients.ts';
import { EcsConfig } from '../../aws/ecs-config.ts';
import { AwsProxy } from '../../aws/testing/aws-proxy.ts';
import { Gateway } from '../../aws/testing/gateway.ts';
import { awsTools, EMULATED_CREDENTIALS, startMoto } from '../../aws/testing/moto-server.ts';
import { Tasks } from '../../aws/testing/tasks.ts';
import { dockerEngine, makeImage } from '../docker/testing/docker-engine.ts';
import { EcsProvider } from './provider.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000, maxConcurrency: 4 });

requires(awsTools, dockerEngine)('the ecs provider, with tasks that run', () => {
  const opened = new AsyncDisposableStack();
  let tasks: Tasks;
  let plane: MachinePlane;
  let image: string;
  beforeAll(async () => {
    for (const [name, value] of Object.entries(EMULATED_CREDENTIALS)) vi.stubEnv(name, value);
    opened.defer(() => void vi.unstubAllEnvs());
    const moto = opened.use(await startMoto());
    await moto.warmUp('ec2');
    const proxy = opened.use(await AwsProxy.start(moto.url));
    tasks = opened.use(await Tasks.start(moto, proxy));
    image = opened.use(makeImage()).name;
    const clients = opened.use(awsClients(proxy.settings));
    let own = (): string => '';
    const gateway = opened.use(await Gateway.open(tasks.gateway, () => Number(new URL(own()).port)));
    const settings = EcsConfig.parse({ subnets: [tasks.subnet], agentImage: tasks.agentImage });
    plane = await openMachinePlane(
      ({ hosts, mains, placing, sessionAgents, specOf, clock }, url) => {
        own = url;
        return new EcsProvider({
          client: () => clients.ecs(),
          efs: () => clients.efs(),
          ec2: () => clients.ec2(),
          settings,
          url: `http://${tasks.gateway}:${gateway.port}`,
          agents: {
            token: (launch) => sessionAgents.token(launch),
            of: (sessionId, launch) => sessionAgents.of(sessionId, launch),
            specOf,
            remove: (sessionId, launch) => sessionAgents.remove(sessionId, launch),
          },
          hosts,
          mains,
          placing,
          clock,
        });
      },
      [tasks.gateway],
    );
    opened.use(plane);
  });
  afterAll(() => opened.disposeAsync());

  // Most of each case is waiting for containers.
  describe.concurrent('at once', () => runProviderSuite('ecs', open));

  async function open(): Promise<ProviderUnderTest> {
    const spec = aSessionSpec({ provider: 'ecs', image });
    return {
      provider: plane.provider,
      spec,
      wrong: { spec: { ...spec, image: null }, field: 'image' },
      pause: () => sleep(100),
      kill: ({ data }) => tasks.take(String(data['launch'])),
      deadMan: { leaseMs: 15_000, pauses: 170 },
      [Symbol.asyncDispose]: async () => undefined,
    };
  }
});
