import { DescribeVolumesCommand, EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AwsProxy } from '../../packages/server/src/aws/testing/aws-proxy.ts';
import { everyInstance } from '../../packages/server/src/aws/testing/every-instance.ts';
import { Machines } from '../../packages/server/src/aws/testing/machines.ts';
import {
  EMULATED_CREDENTIALS,
  type Moto,
  startMoto,
} from '../../packages/server/src/aws/testing/moto-server.ts';
import { freePort } from './free-port.ts';
import { Place } from './place.ts';
import type { Server } from './server.ts';
import { until } from './until.ts';

export const BUCKET = 'box';

interface CloudOptions {
  readonly config?: string;
  readonly ec2?: string;
  readonly isReached?: boolean;
  readonly machines?: 'true' | 'light';
}

interface Launched {
  readonly session: string;
  readonly machine: string;
  readonly state: string;
}

/** EC2 and S3 as the emulator has them, with machines that really run, and a control plane that uses them through the proxy with faults. */
export class Cloud implements AsyncDisposable {
  readonly moto: Moto;
  readonly proxy: AwsProxy;
  readonly ec2: EC2Client;
  readonly place: Place;
  readonly server: Server;
  readonly s3: S3Client;
  /** null: somebody else lets machines run. */
  readonly #machines: Machines | null;

  private constructor(
    parts: Pick<Cloud, 'moto' | 'proxy' | 'ec2' | 'place' | 'server' | 's3'>,
    machines: Machines | null,
  ) {
    this.#machines = machines;
    ({
      moto: this.moto,
      proxy: this.proxy,
      ec2: this.ec2,
      place: this.place,
      server: this.server,
      s3: this.s3,
    } = parts);
  }

  /** `config`: more of errand.yaml; `ec2`: what it says of EC2. `machines`: true ones, or nobody lets them run. `isReached`: can they reach the control plane? */
  static async open(options: CloudOptions = {}): Promise<Cloud> {
    const { config = '', ec2: wanted = '{}', machines: how = 'true', isReached = true } = options;
    const moto = await startMoto();
    await moto.warmUp('ec2');
    const proxy = await AwsProxy.start(moto.url);
    const machines = how === 'true' ? new Machines(moto) : null;
    const place = new Place();
    const port = await freePort();
    const { region = '', endpoint } = proxy.settings;
    const aws = `aws: {region: ${region}, endpoint: "${endpoint}", maxAttempts: 3}`;
    const url = isReached ? `url: http://127.0.0.1:${port}` : '';
    const text = ['logLevel: warn', url, aws, `ec2: ${wanted}`, config].join('\n');
    const credentials = { accessKeyId: 'emulated', secretAccessKey: 'emulated' };
    const direct = { region, endpoint: moto.url, credentials };
    const [ec2, s3] = [new EC2Client(direct), new S3Client({ ...direct, forcePathStyle: true })];
    await moto.makeBucket(BUCKET);
    const server = await place.server({ config: text, port, env: EMULATED_CREDENTIALS });
    return new Cloud({ moto, proxy, ec2, place, server, s3 }, machines);
  }

  get machines(): Machines {
    if (this.#machines === null) throw new Error('somebody else lets machines run');
    return this.#machines;
  }

  /** A command line: words with spaces between them, then those that may hold spaces. */
  errand(words: string, ...more: readonly string[]): ReturnType<Place['errand']>['ended'] {
    return this.place.errand([...words.split(' '), ...more], { env: this.server.env }).ended;
  }

  async put(key: string, text: string): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: text }));
  }

  async keys(prefix: string): Promise<readonly string[]> {
    const { Contents = [] } = await this.s3.send(
      new ListObjectsV2Command({ Bucket: BUCKET, Prefix: prefix }),
    );
    return Contents.flatMap(({ Key }) => Key ?? []);
  }

  /** Every machine that there is or was, by the session that it was made for. */
  async launched(): Promise<readonly Launched[]> {
    return (await everyInstance(this.ec2)).map(({ Tags, InstanceId = '', State }) => ({
      session: Tags?.find(({ Key }) => Key === 'errand:session')?.Value ?? '',
      machine: InstanceId,
      state: State?.Name ?? '',
    }));
  }

  /** Ids of every disk that there is. */
  async disks(): Promise<readonly string[]> {
    const { Volumes = [] } = await this.ec2.send(new DescribeVolumesCommand({}));
    return Volumes.flatMap(({ VolumeId }) => VolumeId ?? []);
  }

  /** As EC2 takes a spot machine away, or its hardware fails; waits until there is one. */
  async take(session: string): Promise<void> {
    const look = async () => (await this.launched()).find((each) => each.session === session);
    const { machine } = await until(look, `a machine of ${session}`);
    await this.ec2.send(new TerminateInstancesCommand({ InstanceIds: [machine] }));
  }

  /** Resolves once nothing lives or is paid for at the emulator: machines, their processes, their disks. */
  async nothingLives(): Promise<void> {
    await until(async () => {
      const living = (await this.launched()).filter(({ state }) => state !== 'terminated');
      return (
        living.length + (await this.disks()).length + ((await this.#machines?.alive()) ?? []).length === 0
      );
    }, 'nothing to be left at the emulator');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of [this.s3, this.ec2]) client.destroy();
    await this.place[Symbol.asyncDispose]();
    await this.#machines?.[Symbol.asyncDispose]();
    await this.proxy[Symbol.asyncDispose]();
    await this.moto[Symbol.asyncDispose]();
  }
}
