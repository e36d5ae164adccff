import type { GetCommandInvocationResult } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { SsmCarrier, type SsmCarrierParts } from './ssm-carrier.ts';

type Calls = SsmCarrierParts['calls'];

/** What SSM says, look after look; the last of it for ever. */
function carrying(
  looks: readonly (GetCommandInvocationResult | null)[],
  {
    isGone = async () => false,
    ...calls
  }: Partial<Calls> & { readonly isGone?: () => Promise<boolean> } = {},
) {
  const seen = [...looks];
  const canceled: string[] = [];
  let now = 0;
  const carrier = new SsmCarrier({
    calls: {
      place: 's3://box/errand',
      send: async () => 'c-1',
      look: async () => (seen.length > 1 ? seen.shift() : seen[0]) ?? null,
      cancel: async (id) => void canceled.push(id),
      output: () => Promise.reject(new Error('NoSuchKey')),
      removeOutput: async () => undefined,
      keyOf: () => 'key',
      ...calls,
    },
    clock: {
      steady: () => now,
      sleep: async (ms) => {
        now += ms;
        await Promise.resolve();
      },
    },
    isGone,
  });
  const stop = new AbortController();
  const carry = (onDelivered = () => {}) =>
    carrier.carry({ machine: 'i-1', script: ':', note: 'test', signal: stop.signal, onDelivered });
  return { carry, stop, canceled };
}

const over = (StatusDetails: string, StandardOutputContent = ''): GetCommandInvocationResult => ({
  StatusDetails,
  StandardOutputContent,
});

async function textOf(end: Awaited<ReturnType<SsmCarrier['carry']>>): Promise<string> {
  if (end.kind === 'gone') return 'gone';
  const chunks: Uint8Array[] = [];
  for await (const chunk of end.output) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('a script that SSM carries', () => {
  it('is waited for through its states, also while SSM does not show it', async () => {
    let delivered = 0;
    const { carry } = carrying([
      null,
      null,
      over('Pending'),
      over('Delayed'),
      over('InProgress'),
      over('Failed', 'said'),
    ]);
    expect(await textOf(await carry(() => void (delivered += 1)))).toBe('said');
    expect(delivered).toBe(1);
  });

  it('is nobody knows what where SSM gave it up, or never shows it', async () => {
    for (const state of ['DeliveryTimedOut', 'Undeliverable', 'Terminated', 'AccessDenied'])
      await expect(carrying([over(state)]).carry()).rejects.toThrow(state);
    await expect(carrying([null]).carry()).rejects.toThrow('does not show c-1');
  });

  it('comes whole from S3 where SSM cuts it off, and else says what is missing there', async () => {
    const cut = over('Success', 'x'.repeat(24_000));
    const output = async () =>
      (async function* () {
        yield Buffer.from('all of it');
      })();
    expect(await textOf(await carrying([cut], { output }).carry())).toBe('all of it');
    await expect(carrying([cut]).carry()).rejects.toThrow('needs s3:PutObject');
  });

  it('ends with its machine, whatever SSM goes on to say', async () => {
    expect(await textOf(await carrying([over('InProgress')], { isGone: async () => true }).carry())).toBe(
      'gone',
    );
    const unknown = Object.assign(new Error('not valid'), { name: 'InvalidInstanceId' });
    const send = () => Promise.reject(unknown);
    expect(await textOf(await carrying([], { send, isGone: async () => true }).carry())).toBe('gone');
    await expect(carrying([], { send }).carry()).rejects.toThrow('AmazonSSMManagedInstanceCore');
  });

  it('is canceled at SSM once nobody waits for it', async () => {
    const { carry, stop, canceled } = carrying([over('InProgress')]);
    const carried = carry(() => stop.abort(new Error('enough')));
    await expect(carried).rejects.toThrow('enough');
    expect(canceled).toEqual(['c-1']);
  });
});
