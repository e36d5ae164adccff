import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Carrier } from '@errand/contract';
import { newAgent, newPool } from '@errand/core';
import type { Logger } from 'pino';
import type { ServerConfig } from './config.ts';
import type { OwnAgentSlot } from './create-services.ts';
import { inProcessLink } from './in-process-link.ts';
import { OWN_POOL, type StartOwnAgent } from './own-agent.ts';
import type { Services } from './services.ts';
import { randomIds } from './system/random-ids.ts';

interface OwnAgentPlace {
  readonly services: Services;
  readonly own: OwnAgentSlot;
  readonly folder: string;
  /** The way to machines without an agent; null: there is none. */
  readonly ssm: { readonly carrier: Carrier } | null;
}

interface OwnAgentMaking {
  readonly config: Pick<ServerConfig, 'slots'>;
  readonly version: string;
  readonly log: Logger;
  /** null: it has none. */
  readonly startOwnAgent: StartOwnAgent | null;
}

/** Starts the control plane's own agent, where there is one; resolves when it serves. */
export async function startOwnAgent(
  options: OwnAgentMaking,
  { services, own, folder, ssm }: OwnAgentPlace,
): Promise<void> {
  const { config, version, log, startOwnAgent: make } = options;
  if (make === null) return;
  own.id = await ensureOwnAgent(services, config.slots, folder);
  own.agent = await make({
    link: inProcessLink(services, own.id),
    data: join(folder, 'agent'),
    name: OWN_POOL,
    slots: config.slots,
    program: version,
    carrier: ssm?.carrier ?? null,
    log: {
      info: (message, about) => log.info({ ...about, part: 'agent' }, message),
      warn: (message, about) => log.warn({ ...about, part: 'agent' }, message),
    },
  });
  await own.agent.start();
}

const OWN_AGENT = { name: OWN_POOL, pool: OWN_POOL, adminOnly: true } as const;

/**
 * Its id lies in the data folder, so that a restarted control plane goes on with the runs of the one before, and several on one database
 * each have an agent of their own.
 */
async function ensureOwnAgent({ store, clock }: Services, slots: number, folder: string): Promise<string> {
  const now = clock.now();
  await store.agents.ensurePool(newPool({ name: OWN_POOL, createdAt: now, adminOnly: true }));
  const file = join(folder, 'own-agent');
  if (!existsSync(file)) writeFileSync(file, randomIds.next('agent', now), { mode: 0o600 });
  const id = readFileSync(file, 'utf8').trim();
  if ((await store.agents.get(id)) === null)
    await store.agents.put(newAgent({ ...OWN_AGENT, id, slots, createdAt: now }));
  return id;
}
