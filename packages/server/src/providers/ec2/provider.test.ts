import { setTimeout as sleep } from 'node:timers/promises';
import { aSessionSpec, runProviderSuite } from '@errand/core/testing';
import { afterAll, beforeAll, vi } from 'vitest';
import { requires } from '../../../../../scripts/requires.ts';
import { type MachinePlane, openMachinePlane } from '../../../test/machine-plane.ts';
import { type AwsClients, awsClients } from '../../aws/aws-clients.ts';
import { AwsProxy } from '../../aws/testing/aws-proxy.ts';
import { Machines } from '../../aws/testing/machines.ts';
import { awsTools, EMULATED_CREDENTIALS, type Moto, startMoto } from '../../aws/testing/moto-server.ts';
import { dockerEngine } from '../docker/testing/docker-engine.ts';
import { Ec2Provider } from './provider.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

requires(awsTools, dockerEngine)('the ec2 provider, with machines that run', () => {
  let moto: Moto;
  let proxy: AwsProxy;
  let machines: Machines;
  let clients: AwsClients;
  let plane: MachinePlane;
  beforeAll(async () => {
    for (const [name, value] of Object.entries(EMULATED_CREDENTIALS)) vi.stubEnv(name, value);
    moto = await startMoto();
    await moto.warmUp('ec2');
    proxy = await AwsProxy.start(moto.url);
    machines = new Machines(moto);
    clients = awsClients(proxy.settings);
    plane = await openMachinePlane(
      ({ hosts, mains, placing, sessionAgents, specOf, clock }, url) =>
        new Ec2Provider({
          ssm: null,
          client: () => clients.ec2(),
          settings: { prices: {}, instanceParameters: {} },
          get url() {
            return url();
          },
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
        }),
    );
  });
  afterAll(async () => {
    await plane[Symbol.asyncDispose]();
    clients[Symbol.dispose]();
    await machines[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
    await moto[Symbol.asyncDispose]();
    vi.unstubAllEnvs();
  });

  runProviderSuite('ec2', async () => {
    const spec = aSessionSpec({ provider: 'ec2', image: 'ami-0123456789abcdef0', size: 't3.micro' });
    return {
      provider: plane.provider,
      spec,
      wrong: { spec: { ...spec, image: null }, field: 'image' },
      pause: () => sleep(100),
      disks: async ({ data }) => (await machines.disks(String(data['launch']))).length,
      kill: ({ data }) => machines.take(String(data['instance'])),
      deadMan: { leaseMs: 15_000, pauses: 180 },
      [Symbol.asyncDispose]: async () => undefined,
    };
  });
});
