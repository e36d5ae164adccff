import { DescribeVolumesCommand, type Instance } from '@aws-sdk/client-ec2';
import type { LaunchRequest, SessionSpec } from '@errand/core';
import { aSessionSpec } from '@errand/core/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { requires } from '../../../../../scripts/requires.ts';
import { type AwsClients, awsClients } from '../../aws/aws-clients.ts';
import { AwsProxy } from '../../aws/testing/aws-proxy.ts';
import { awsTools, EMULATED_CREDENTIALS, type Moto, startMoto } from '../../aws/testing/moto-server.ts';
import { systemClock } from '../../system/system-clock.ts';
import { NO_AGENTS } from '../by-agent/testing/no-agents.ts';
import { Ec2Calls } from './ec2-calls.ts';
import type { Ec2Settings } from './ec2-options.ts';
import { Ec2Provider } from './provider.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** One of those that the emulator brings. */
const KNOWN_IMAGE = 'ami-12c6146b';

const SETTINGS: Ec2Settings = { prices: { 't3.micro': 0.01 }, instanceParameters: { KeyName: 'ours' } };

requires(awsTools)('the ec2 provider, at an EC2 with faults', () => {
  let moto: Moto;
  let proxy: AwsProxy;
  let clients: AwsClients;
  let calls: Ec2Calls;
  let launches = 0;
  beforeAll(async () => {
    for (const [name, value] of Object.entries(EMULATED_CREDENTIALS)) vi.stubEnv(name, value);
    moto = await startMoto();
    await moto.warmUp('ec2');
  });
  beforeEach(async () => {
    proxy = await AwsProxy.start(moto.url);
    clients = awsClients({ ...proxy.settings, maxAttempts: 4 });
    calls = new Ec2Calls(() => clients.ec2());
    return async () => {
      clients[Symbol.dispose]();
      await proxy[Symbol.asyncDispose]();
    };
  });
  afterAll(async () => {
    await moto[Symbol.asyncDispose]();
    vi.unstubAllEnvs();
  });

  const open = (settings: Ec2Settings = SETTINGS, url: string | null = 'https://errand.example') =>
    new Ec2Provider({
      ssm: null,
      client: () => clients.ec2(),
      settings,
      url,
      ...NO_AGENTS,
      clock: systemClock,
    });

  function aLaunch(change: Partial<SessionSpec> = {}): LaunchRequest {
    launches += 1;
    const sessionId = `ses_fault${launches}`;
    const spec = aSessionSpec({ provider: 'ec2', image: 'ami-12345678', size: 't3.micro', ...change });
    const about = { owner: 'acme/user-1', subdomain: 'brisk-otter', tag: `faults-${launches}` };
    return { ...about, key: `${sessionId}-1`, sessionId, spec, env: { SECRET: 'hunter2' }, leaseMs: 600_000 };
  }

  const made = ({ tag }: LaunchRequest): Promise<readonly Instance[]> =>
    calls.instances([{ Name: 'tag:errand:tag', Values: [tag] }]);

  describe('a launch', () => {
    it('makes one machine, however many answers are lost, by this control plane or the next', async () => {
      const request = aLaunch();
      proxy.trouble('RunInstances', 'lost', { times: 2 });
      proxy.trouble('DescribeInstances', 'busy');
      const handle = await open().launch(request);
      expect(await open().launch(request)).toEqual(handle);
      proxy.hideMs = 60_000;
      // The next one is not shown what was made, and asks again with the same token.
      expect(await open().launch(request)).toEqual(handle);
      expect(await made(request)).toHaveLength(0);
      proxy.hideMs = 0;
      expect(await made(request)).toHaveLength(1);
    });

    it('tries other sizes and zones where there is no room, and on demand where there is no spot', async () => {
      const options = { sizes: ['t3.large'], zones: ['eu-north-1a', 'eu-north-1b'], spot: true };
      const request = aLaunch({ options });
      const isSpot = { on: ({ body }: { body: string }) => body.includes('MarketType=spot'), times: 4 };
      proxy.trouble('RunInstances', 'InsufficientInstanceCapacity', isSpot);
      proxy.trouble('RunInstances', 'VcpuLimitExceeded', {
        on: ({ body }) => body.includes('t3.micro'),
        times: 2,
      });
      await open().launch(request);
      const [machine, ...others] = await made(request);
      expect(others).toEqual([]);
      expect([machine?.InstanceType, machine?.Placement?.AvailabilityZone]).toEqual([
        't3.large',
        'eu-north-1a',
      ]);
      expect(proxy.counts.get('RunInstances')).toBe(7);
    });

    it.each([
      ['InsufficientInstanceCapacity', 'capacity'],
      ['VcpuLimitExceeded', 'quota'],
      ['UnauthorizedOperation', 'auth'],
      ['InvalidAMIID.NotFound', 'config'],
      ['busy', 'transient'],
    ])('says of %s that it is %s, and has made nothing', async (trouble, kind) => {
      const request = aLaunch();
      proxy.trouble('RunInstances', trouble, { times: 10 });
      await expect(open().launch(request)).rejects.toMatchObject({ name: 'ProviderError', kind });
      expect(await made(request)).toEqual([]);
    });

    it('tags machine and disks, passes any parameter on, and puts no secret into what can be read', async () => {
      const own = { Name: 'mine', 'errand:tag': 'forged' };
      const Tags = Object.entries(own).map(([Key, Value]) => ({ Key, Value }));
      const request = aLaunch({
        image: KNOWN_IMAGE,
        options: {
          diskGiB: 20,
          instanceParameters: {
            TagSpecifications: [{ ResourceType: 'instance', Tags }],
            BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: { VolumeSize: 5 } }],
            EbsOptimized: true,
          },
        },
      });
      let sent = '';
      proxy.trouble('RunInstances', 'never', { on: ({ body }) => ((sent = body), false) });
      await open().launch(request);
      const [machine] = await made(request);
      const tags = Object.fromEntries((machine?.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
      expect(tags).toMatchObject({
        Name: 'mine',
        'errand:tag': request.tag,
        'errand:session': request.sessionId,
      });
      expect(machine).toMatchObject({
        EbsOptimized: true,
        KeyName: 'ours',
        MetadataOptions: { HttpTokens: 'required' },
      });
      const filter = { Name: 'tag:errand:launch', Values: [request.key] };
      const { Volumes = [] } = await (await clients.ec2()).send(
        new DescribeVolumesCommand({ Filters: [filter] }),
      );
      expect(new Set(Volumes.map(({ Size }) => Size))).toEqual(new Set([20, 5]));
      const userData = Buffer.from(new URLSearchParams(sent).get('UserData') ?? '', 'base64').toString();
      expect(userData).toContain(`errses_${request.key}.x`);
      expect(userData).not.toContain('hunter2');
      expect(new URLSearchParams(sent).get('InstanceInitiatedShutdownBehavior')).toBe('stop');
    });
  });

  it('calls nothing gone that is only not shown yet', async () => {
    const provider = open();
    proxy.hideMs = 60_000;
    const handle = await provider.launch(aLaunch());
    expect(await provider.inspect(handle)).toMatchObject({ kind: 'pending' });
    expect(await provider.terminate(handle)).toBe('pending');
    proxy.hideMs = 0;
    expect(await provider.terminate(handle)).toBe('pending');
    await vi.waitUntil(async () => (await provider.terminate(handle)) === 'done', 10_000);
    expect(await provider.inspect(handle)).toEqual({ kind: 'gone' });
  });

  it('asks once for many machines that are looked at together', async () => {
    const provider = open();
    const handles = await Promise.all(Array.from({ length: 5 }, () => provider.launch(aLaunch())));
    const before = proxy.counts.get('DescribeInstances') ?? 0;
    await Promise.all(handles.map((handle) => provider.inspect(handle)));
    expect(proxy.counts.get('DescribeInstances')).toBe(before + 1);
  });

  it('says what it costs where that is known, and what cannot be', () => {
    const { spec } = aLaunch();
    expect(open().cost(spec)).toEqual({ perHour: 0.01, currency: 'USD' });
    expect(open().cost({ ...spec, options: { spot: true } })).toBeNull();
    const instanceParameters = { InstanceMarketOptions: { MarketType: 'spot' } };
    expect(open().cost({ ...spec, options: { instanceParameters } })).toBeNull();
    expect(open().cost({ ...spec, size: 'x1.huge' })).toBeNull();
    const fieldsOf = (change: Partial<SessionSpec>, provider = open()) =>
      provider.problems({ ...spec, ...change }).map(({ field }) => field);
    expect(fieldsOf({})).toEqual([]);
    expect(fieldsOf({}, open(SETTINGS, null))).toEqual(['provider']);
    expect(fieldsOf({ image: null, cpus: 1 })).toEqual(['cpus', 'image']);
    // SSM needs no address of ours, but a bucket; and nobody asks after health there.
    const bySsm = { options: { connect: 'ssm' } };
    expect(fieldsOf(bySsm)).toEqual(['options.connect']);
    const withBucket = open({ ...SETTINGS, ssm: { bucket: 'box', prefix: 'errand' } }, null);
    expect(fieldsOf(bySsm, withBucket)).toEqual([]);
    const health = { check: { kind: 'tcp', port: 80 }, intervalMs: 1_000, timeoutMs: 1_000 } as const;
    expect(fieldsOf({ ...bySsm, health }, withBucket)).toEqual(['health']);
    expect(fieldsOf({ options: { spots: true } })).toEqual(['options']);
    const kept = [{ DeviceName: '/dev/sdf', Ebs: { DeleteOnTermination: false } }];
    const wrong = { ClientToken: 'x', BlockDeviceMappings: kept, MaxCount: 2, MinCount: 1, UserData: 'x' };
    expect(fieldsOf({ options: { instanceParameters: wrong } })).toEqual(
      ['ClientToken', 'MaxCount', 'BlockDeviceMappings', 'UserData'].map(
        (name) => `options.instanceParameters.${name}`,
      ),
    );
  });
});
