import { DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { CreateClusterCommand } from '@aws-sdk/client-ecs';
import { CreateFileSystemCommand } from '@aws-sdk/client-efs';
import type { LaunchRequest, SessionSpec } from '@errand/core';
import { aSessionSpec } from '@errand/core/testing';
import { type AwsClients, awsClients } from '../../../aws/aws-clients.ts';
import { EcsConfig } from '../../../aws/ecs-config.ts';
import { AwsProxy } from '../../../aws/testing/aws-proxy.ts';
import { addMachine, type MachineAddress } from '../../../aws/testing/cluster-machine.ts';
import { type Moto, startMoto } from '../../../aws/testing/moto-server.ts';
import { systemClock } from '../../../system/system-clock.ts';
import { NO_AGENTS } from '../../by-agent/testing/no-agents.ts';
import { EcsCalls } from '../ecs-calls.ts';
import { EcsProvider } from '../provider.ts';

/** The emulator with a cluster and a file system, behind a proxy with faults of its own for each test. No task runs there. */
export class FaultyEcs implements AsyncDisposable {
  proxy!: AwsProxy;
  clients: AwsClients;
  calls!: EcsCalls;
  /** How far the clock of providers is ahead, ms. */
  ahead = 0;
  readonly fileSystem: string;
  readonly #moto: Moto;
  readonly #subnet: string;
  #launches = 0;

  private constructor(moto: Moto, { subnet, fileSystem }: Record<'subnet' | 'fileSystem', string>) {
    this.#moto = moto;
    this.clients = awsClients(moto.settings);
    this.#subnet = subnet;
    this.fileSystem = fileSystem;
  }

  static async start(): Promise<FaultyEcs> {
    const moto = await startMoto();
    await moto.warmUp('ec2');
    using clients = awsClients(moto.settings);
    await (await clients.ecs()).send(new CreateClusterCommand({ clusterName: 'default' }));
    const { Subnets: [subnet] = [] } = await (await clients.ec2()).send(new DescribeSubnetsCommand({}));
    const made = await (await clients.efs()).send(new CreateFileSystemCommand({ CreationToken: 'faulty' }));
    return new FaultyEcs(moto, { subnet: subnet?.SubnetId ?? '', fileSystem: made.FileSystemId ?? '' });
  }

  /** Answers what ends it. */
  async renewProxy(): Promise<() => Promise<void>> {
    const proxy = await AwsProxy.start(this.#moto.url);
    this.proxy = proxy;
    this.renewClients(4);
    this.calls = new EcsCalls(() => this.clients.ecs(), 'default');
    return async () => {
      this.clients[Symbol.dispose]();
      await proxy[Symbol.asyncDispose]();
    };
  }

  /** Providers that are opened from now on try so often. */
  renewClients(maxAttempts: number): void {
    this.clients[Symbol.dispose]();
    this.clients = awsClients({ ...this.proxy.settings, maxAttempts });
  }

  /** A provider, as a control plane that starts has it. */
  open(config: object = {}, url: string | null = 'https://errand.example'): EcsProvider {
    const { clients } = this;
    return new EcsProvider({
      client: () => clients.ecs(),
      efs: () => clients.efs(),
      ec2: () => clients.ec2(),
      settings: EcsConfig.parse({ subnets: [this.#subnet], agentImage: 'node:22', ...config }),
      url,
      ...NO_AGENTS,
      clock: { ...systemClock, steady: () => systemClock.steady() + this.ahead },
    });
  }

  /** For the launch type EC2; answers its ARN in the cluster. */
  async addMachine(addresses: MachineAddress): Promise<string> {
    const { region = '', endpoint = '' } = this.#moto.settings;
    const at = { region, endpoint, credentials: { accessKeyId: 'emulated', secretAccessKey: 'emulated' } };
    return await addMachine({ at, ecs: await this.clients.ecs(), cluster: 'default' }, addresses);
  }

  /** Of a control plane of its own, unless a tag is given. */
  aLaunch(
    change: Partial<SessionSpec> = {},
    about: Partial<Pick<LaunchRequest, 'tag' | 'owner'>> = {},
  ): LaunchRequest {
    this.#launches += 1;
    const sessionId = `ses_fault${this.#launches}`;
    return {
      owner: 'acme/user-1',
      subdomain: 'brisk-otter',
      tag: `faults-${this.#launches}`,
      ...about,
      key: `${sessionId}-1`,
      sessionId,
      spec: aSessionSpec({ provider: 'ecs', image: 'debian:12', ...change }),
      env: { SECRET: 'hunter2' },
      leaseMs: 600_000,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#moto[Symbol.asyncDispose]();
  }
}
