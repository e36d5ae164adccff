import type { EC2Client } from '@aws-sdk/client-ec2';
import type { Clock } from '@errand/core';
import type { EcsCalls } from './ecs-calls.ts';
import { ecsError } from './ecs-error.ts';

export interface MachineAddressesParts {
  readonly calls: Pick<EcsCalls, 'machineOf'>;
  readonly ec2: () => Promise<EC2Client>;
  /** Of its two addresses the one that everybody reaches. */
  readonly isPublic: boolean;
  readonly clock: Pick<Clock, 'steady'>;
}

/** A public address changes when its machine is stopped and started; its tasks are over by then. */
const KNOWN_MS = 60_000;
const CALL_MS = 30_000;

interface Known {
  readonly address: Promise<string | null>;
  readonly at: number;
}

/** Where the machines of a cluster are reached, by their ARN there. Tasks of one machine are asked for together. */
export class MachineAddresses {
  readonly #parts: MachineAddressesParts;
  readonly #known = new Map<string, Known>();

  constructor(parts: MachineAddressesParts) {
    this.#parts = parts;
  }

  /** null: it has none, or is gone. */
  async of(containerInstance: string): Promise<string | null> {
    const now = this.#parts.clock.steady();
    for (const [each, { at }] of this.#known) if (now - at > KNOWN_MS) this.#known.delete(each);
    const address = this.#known.get(containerInstance)?.address ?? this.#look(containerInstance);
    if (!this.#known.has(containerInstance)) this.#known.set(containerInstance, { address, at: now });
    try {
      return await address;
    } catch (error) {
      this.#known.delete(containerInstance);
      throw error;
    }
  }

  async #look(containerInstance: string): Promise<string | null> {
    const machine = await this.#parts.calls.machineOf(containerInstance);
    return machine === null ? null : await this.#addressOf(machine);
  }

  /** ec2:DescribeInstances. */
  async #addressOf(machine: string): Promise<string | null> {
    try {
      const [sdk, client] = [await import('@aws-sdk/client-ec2'), await this.#parts.ec2()];
      const asked = new sdk.DescribeInstancesCommand({ InstanceIds: [machine] });
      const options = { abortSignal: AbortSignal.timeout(CALL_MS) };
      const { Reservations: [found] = [] } = await client.send(asked, options);
      const [seen] = found?.Instances ?? [];
      return (this.#parts.isPublic ? seen?.PublicIpAddress : seen?.PrivateIpAddress) ?? null;
    } catch (error) {
      throw ecsError(error, 'ec2:DescribeInstances');
    }
  }
}
