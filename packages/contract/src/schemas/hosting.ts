import { z } from 'zod';
import type { HostedSession, SessionOrder, SessionsRequest } from '../agent/hosting-protocol.ts';

const Text = z.string().max(4_000);
const Port = z.int().min(0).max(65_535);
const Ms = z.int();

const Hosted = z.strictObject({
  sessionId: z.string().max(64),
  tag: z.string().max(200),
  key: z.string().max(100),
  state: z.enum(['making', 'running', 'stopping', 'kept', 'ended', 'ending']),
  problem: Text.nullable(),
  leaseLeftMs: z.number(),
  ports: z.array(z.strictObject({ port: Port, outerPort: Port })).max(100),
  health: z.strictObject({ ok: z.boolean(), failed: z.boolean(), why: Text }).nullable(),
  cpuMs: z.number().min(0),
}) satisfies z.ZodType<HostedSession>;

export const HostedSessions = z.strictObject({
  done: z.string().max(100).nullable(),
  sessions: z.array(Hosted).max(10_000),
  waitMs: Ms.min(0).max(600_000),
}) satisfies z.ZodType<SessionsRequest>;

const Health = z.strictObject({
  check: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('http'),
      port: Port,
      path: z.string(),
      status: z.int(),
      body: z.string().nullable(),
      failedBody: z.string().nullable(),
    }),
    z.strictObject({ kind: z.literal('tcp'), port: Port }),
    z.strictObject({ kind: z.literal('command'), argv: z.array(z.string()) }),
  ]),
  intervalMs: Ms,
  timeoutMs: Ms,
});

const ABOUT = { id: z.string(), sessionId: z.string() };

const Order = z.discriminatedUnion('kind', [
  z.strictObject({
    ...ABOUT,
    kind: z.literal('run'),
    key: z.string(),
    tag: z.string(),
    leaseMs: Ms,
    ports: z.array(z.strictObject({ port: Port, range: z.tuple([Port, Port]).nullable() })),
    health: Health.nullable(),
  }),
  z.strictObject({ ...ABOUT, kind: z.literal('renew'), leaseMs: Ms }),
  z.strictObject({ ...ABOUT, kind: z.literal('stop') }),
  z.strictObject({ ...ABOUT, kind: z.literal('end') }),
]) satisfies z.ZodType<SessionOrder>;

export const SessionOrders = z.strictObject({ orders: z.array(Order) });
