import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeInstanceAttributeCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { everyInstance } from '../../packages/server/src/aws/testing/every-instance.ts';
import { Child } from './child.ts';
import type { Place } from './place.ts';

const AGENT = resolve(import.meta.dirname, '../../packages/agent/src/main.ts');
const LOOK_MS = 500;
/** Sees its own processes alone, and ends with all of them when it is killed: a machine that is switched off. */
const MACHINE = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', '--'];

/**
 * Machines of the emulator of which there can be hundreds: for each that it shows as running the true agent with the token of its user data, and its commands,
 * in a namespace of processes. Nothing else of what a machine is: no start of its own, no files of its own.
 */
export class LightMachines implements AsyncDisposable {
  /** As many as were on at the same time. */
  most = 0;
  readonly #ec2: EC2Client;
  readonly #place: Place;
  readonly #on = new Map<string, Child>();
  readonly #over = new AbortController();
  readonly #watching: Promise<void>;

  constructor(ec2: EC2Client, place: Place) {
    this.#ec2 = ec2;
    this.#place = place;
    this.#watching = this.#watch();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#watching;
    for (const machine of this.#on.values()) machine.kill('SIGKILL');
    await Promise.all([...this.#on.values()].map(({ ended }) => ended));
  }

  async #watch(): Promise<void> {
    while (!this.#over.signal.aborted) {
      // Asked by hundreds the emulator may be slow to answer.
      await this.#look().catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
      await sleep(LOOK_MS);
    }
  }

  async #look(): Promise<void> {
    const shown = await this.#shown();
    for (const [id, state] of shown) if (state !== 'running') this.#on.get(id)?.kill('SIGKILL');
    const running = [...shown].flatMap(([id, state]) => (state === 'running' ? [id] : []));
    this.most = Math.max(this.most, running.length);
    for (const id of running) if (!this.#on.has(id)) this.#on.set(id, await this.#boot(id));
  }

  /** All of them with their states: what is ended while the emulator shows one page after the other must not make another look as if it were gone. */
  async #shown(): Promise<ReadonlyMap<string, string>> {
    const instances = await everyInstance(this.#ec2);
    return new Map(instances.map(({ InstanceId = '', State }) => [InstanceId, State?.Name ?? '']));
  }

  async #boot(id: string): Promise<Child> {
    const asked = { InstanceId: id, Attribute: 'userData' } as const;
    const { UserData } = await this.#ec2.send(new DescribeInstanceAttributeCommand(asked));
    const script = Buffer.from(UserData?.Value ?? '', 'base64').toString();
    const [, url = '', token = ''] = /^agent '(\S+)' '(\S+)'$/m.exec(script) ?? [];
    const args = [AGENT, '--url', url, '--data', this.#place.path(id), '--name', id];
    const env = {
      ...this.#place.env,
      ERRAND_JOIN_TOKEN: token,
      NODE_COMPILE_CACHE: this.#place.path('code'),
    };
    const [program = '', ...within] = MACHINE;
    return new Child(program, [...within, process.execPath, ...args], { env, cwd: this.#place.folder });
  }
}
