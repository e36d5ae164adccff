import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  DescribeInstanceAttributeCommand,
  DescribeVolumesCommand,
  EC2Client,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { everyInstance } from './every-instance.ts';
import { makeMachineImage } from './machine-image.ts';
import type { Moto } from './moto-server.ts';

const run = promisify(execFile);
const LOOK_MS = 250;
const LABEL = 'errand-test-machine';

/**
 * Lets machines of the emulator really run: for each that it shows as running a container that does what its user data says, on the network of this
 * machine. What is ended at the emulator is killed here; what shuts itself down is stopped or terminated there, as was asked when it was made.
 */
export class Machines implements AsyncDisposable {
  readonly ec2: EC2Client;
  readonly #image = makeMachineImage();
  readonly #folder = mkdtempSync(join(tmpdir(), 'errand-machines-'));
  readonly #group = this.#folder.slice(-6);
  readonly #on = new Map<string, boolean>();
  readonly #over = new AbortController();
  readonly #watching: Promise<void>;

  constructor({ settings }: Moto) {
    const credentials = { accessKeyId: 'emulated', secretAccessKey: 'emulated' };
    const { region = '', endpoint = '' } = settings;
    this.ec2 = new EC2Client({ region, endpoint, credentials });
    this.#watching = this.#watch();
  }

  /** Ids of the machines that the emulator shows in these states. */
  async inState(...states: readonly string[]): Promise<readonly string[]> {
    return (await this.#shown()).flatMap(([id, state]) => (states.includes(state) ? [id] : []));
  }

  /** Ids of the disks that were made in a launch and are there. */
  async disks(launch: string): Promise<readonly string[]> {
    const Filters = [{ Name: 'tag:errand:launch', Values: [launch] }];
    const { Volumes = [] } = await this.ec2.send(new DescribeVolumesCommand({ Filters }));
    return Volumes.flatMap(({ VolumeId }) => VolumeId ?? []);
  }

  /** Ids of the machines whose processes live. */
  async alive(): Promise<readonly string[]> {
    return (await this.#containers()).flatMap(([id, state]) => (state === 'running' ? [id] : []));
  }

  /** As EC2 takes a spot machine away, or its hardware fails. */
  async take(id: string): Promise<void> {
    await this.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  }

  /** What is in a file of a machine; for the reasons of a failure. */
  async read(id: string, path: string): Promise<string> {
    return (await run('docker', ['exec', containerOf(id), 'cat', path])).stdout;
  }

  /** What a command says that is executed on a machine. */
  async said(id: string, ...command: readonly string[]): Promise<string> {
    return (await run('docker', ['exec', containerOf(id), ...command])).stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#watching;
    for (const [id] of await this.#containers()) await run('docker', ['rm', '-f', containerOf(id)]);
    this.ec2.destroy();
    this.#image[Symbol.dispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #watch(): Promise<void> {
    while (!this.#over.signal.aborted) {
      const containers = new Map(await this.#containers());
      for (const [id, state] of await this.#shown()) await this.#see(id, state, containers.get(id));
      await sleep(LOOK_MS);
    }
  }

  async #see(id: string, state: string, container: string | undefined): Promise<void> {
    const wasOn = this.#on.get(id);
    if (state === 'running' && wasOn === true && container !== 'running') return await this.#shutDown(id);
    if (state === 'running' && wasOn !== true) {
      await (wasOn === undefined ? this.#boot(id) : run('docker', ['start', containerOf(id)]));
      this.#on.set(id, true);
    }
    if (state === 'stopped' && wasOn === true) {
      await run('docker', ['kill', containerOf(id)]).catch(() => undefined);
      this.#on.set(id, false);
    }
    if (state === 'terminated' && container !== undefined) await run('docker', ['rm', '-f', containerOf(id)]);
  }

  /** It went off from within. */
  async #shutDown(id: string): Promise<void> {
    const asked = { InstanceId: id, Attribute: 'instanceInitiatedShutdownBehavior' } as const;
    const { InstanceInitiatedShutdownBehavior: then } = await this.ec2.send(
      new DescribeInstanceAttributeCommand(asked),
    );
    this.#on.set(id, false);
    const Command = then?.Value === 'terminate' ? TerminateInstancesCommand : StopInstancesCommand;
    await this.ec2.send(new Command({ InstanceIds: [id] }));
  }

  async #boot(id: string): Promise<void> {
    const asked = { InstanceId: id, Attribute: 'userData' } as const;
    const { UserData } = await this.ec2.send(new DescribeInstanceAttributeCommand(asked));
    const file = join(this.#folder, id);
    writeFileSync(file, Buffer.from(UserData?.Value ?? '', 'base64'));
    const named = ['--name', containerOf(id), '--label', `${LABEL}=${this.#group}`];
    // For an id of its own at each start.
    const rights = ['--cap-add', 'SYS_ADMIN', '--security-opt', 'apparmor=unconfined'];
    const files = ['-v', `${file}:/user-data:ro`, '-v', `${process.execPath}:/usr/local/bin/node:ro`];
    const what = ['--network', 'host', ...named, ...rights, ...files, this.#image.name, '/init'];
    await run('docker', ['run', '-d', ...what]);
  }

  async #shown(): Promise<readonly (readonly [string, string])[]> {
    const instances = await everyInstance(this.ec2);
    return instances.map(({ InstanceId = '', State }) => [InstanceId, State?.Name ?? ''] as const);
  }

  async #containers(): Promise<readonly (readonly [string, string])[]> {
    const only = ['--filter', `label=${LABEL}=${this.#group}`, '--format', '{{.Names}} {{.State}}'];
    const { stdout } = await run('docker', ['ps', '-a', ...only]);
    return stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => line.replace(/^errand-/, '').split(' ') as [string, string]);
  }
}

/** The name of the container that is a machine. */
export function containerOf(id: string): string {
  return `errand-${id}`;
}
