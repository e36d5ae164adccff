import { expect, it } from 'vitest';
import { type DeliveryRecord, NOTHING_DELIVERED } from '../delivery/record.ts';
import type { Store } from '../ports/store.ts';

/** The contract of the delivery store, sentence by sentence. */
export function deliveryStoreCases(open: () => Promise<Store>): void {
  it('keeps every field and lists what is open, the oldest first', async () => {
    await using store = await open();
    const progress = { lastBytes: 3_000_000_000, sentBytes: 5_000_000_000, exitSent: true };
    const newer = aDelivery({ runId: 'run_a', createdAt: 20, progress });
    const older = aDelivery({ runId: 'run_b', createdAt: 10 });
    await store.deliveries.insert(newer);
    await store.deliveries.insert(older);
    expect(await store.deliveries.open()).toEqual([older, newer]);
  });

  it('refuses a second one for the same run', async () => {
    await using store = await open();
    await store.deliveries.insert(aDelivery());
    await expect(store.deliveries.insert(aDelivery())).rejects.toMatchObject({ code: 'conflict' });
  });

  it('writes down how far it has come', async () => {
    await using store = await open();
    const delivery = aDelivery();
    await store.deliveries.insert(delivery);
    const further = { ...delivery, progress: { lastBytes: 0, sentBytes: 0, exitSent: true } };
    await store.deliveries.save(further);
    expect(await store.deliveries.open()).toEqual([further]);
  });

  it('does not bring back what was removed', async () => {
    await using store = await open();
    const delivery = aDelivery();
    await store.deliveries.insert(delivery);
    await store.deliveries.remove(delivery.runId);
    await store.deliveries.save(delivery);
    await store.deliveries.remove(delivery.runId);
    expect(await store.deliveries.open()).toEqual([]);
  });
}

function aDelivery(change: Partial<DeliveryRecord> = {}): DeliveryRecord {
  return {
    runId: 'run_1',
    sealedTargets: 'sealed "targets"',
    createdAt: 1,
    progress: NOTHING_DELIVERED,
    ...change,
  };
}
