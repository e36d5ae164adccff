import {
  observeSession,
  ProviderError,
  type SessionAction,
  type SessionLaunch,
  type SessionRecord,
} from '@errand/core';
import { changeSession } from '../../use-cases/sessions/change-session.ts';
import { COMMANDS_GRACE_MS } from '../../use-cases/sessions/session-commands.ts';
import { callProvider } from './call-provider.ts';
import { look } from './look.ts';
import { type Again, type CarryOutParts, observe, SOON_MS, type Task } from './session-task.ts';

/** Does what was planned for a session, and writes down what came of it. Throws nothing a provider throws: that is written down, too. */
export async function carryOut(parts: CarryOutParts, task: Task, action: SessionAction): Promise<Again> {
  const { session } = task;
  if (action.kind === 'observe') return await observe(parts, session.id, action.fact);
  try {
    return await ACTIONS[action.kind](parts, task, action.kind === 'look' && action.renew);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    const { kind, message, retryAfterMs } = error;
    const failed = { error: kind, why: message, retryAfterMs, now: parts.clock.now() };
    return await observe(parts, session.id, { kind: 'call_failed', ...failed });
  }
}

type Act = (parts: CarryOutParts, task: Task, renew: boolean) => Promise<Again>;

const ACTIONS: { readonly [Kind in Exclude<SessionAction['kind'], 'observe'>]: Act } = {
  launch,
  look,
  find,
  stop,
  terminate,
};

/** A question that may have been asked before is written down again first, for its effect may come that much later. */
async function launch(parts: CarryOutParts, task: Task): Promise<Again> {
  const { session, provider } = task;
  const { key, calledAt } = launchOf(session);
  const [now, begun] = [parts.clock.now(), parts.clock.steady()];
  if (Math.abs(now - calledAt) > SOON_MS) {
    const again = await changeSession(parts, session.id, (present) =>
      observeSession(present, { kind: 'asking_again', key, now }),
    );
    if (again?.step.kind !== 'next') return 'now';
  }
  // This process stood still meanwhile: what is written of the call is too old for a call that is made only now.
  if (parts.clock.steady() - begun > SOON_MS) return 'now';
  const { spec, kept } = session;
  const secrets = Object.entries(spec.sealedEnv).map(([name, sealed]) => [name, parts.unseal(sealed)]);
  const request = {
    key,
    sessionId: session.id,
    owner: session.owner,
    subdomain: session.subdomain,
    run: session.run,
    tag: parts.tag,
    spec,
    env: { ...spec.env, ...Object.fromEntries(secrets) },
    leaseMs: spec.limits.leaseMs,
  };
  const handle = await callProvider(provider, parts.clock, () =>
    kept === null ? provider.launch(request) : provider.start(kept, request),
  );
  return await observe(parts, session.id, { kind: 'launched', key, handle, now: parts.clock.now() });
}

/** What a launch without an answer has made; nothing only after the time in which it could still show up. */
async function find(parts: CarryOutParts, { session, provider }: Task): Promise<Again> {
  const { key, calledAt } = launchOf(session);
  const about = { key, sessionId: session.id, tag: parts.tag, spec: session.spec };
  // As of the question: by the time of the answer this process may have stood still for long.
  const [askedAt, trustedMs] = [parts.clock.now(), parts.trustedMs()];
  const handle = await callProvider(provider, parts.clock, () => provider.find(about));
  const now = parts.clock.now();
  if (handle !== null) return await observe(parts, session.id, { kind: 'launched', key, handle, now });
  const surelyMs = provider.capabilities.settleMs + 3 * SOON_MS;
  // A call in the future is one from before the clock fell back.
  const passedMs = calledAt > askedAt ? surelyMs : askedAt - calledAt;
  if (passedMs < surelyMs || trustedMs < surelyMs) return SOON_MS;
  return await observe(parts, session.id, { kind: 'never_launched', key, now });
}

async function stop(parts: CarryOutParts, { session, provider }: Task): Promise<Again> {
  if (!(await commandsEnded(parts, session))) return SOON_MS / 2;
  const { launch: present, kept } = session;
  const handle = present?.handle ?? kept;
  const dropped = session.dropsVolumes === true;
  const wish = dropped ? { deleteVolumes: true } : undefined;
  const done =
    handle === null ||
    (await callProvider(provider, parts.clock, () => provider.stop(handle, wish))) === 'done';
  if (!done) return SOON_MS;
  await parts.commands.machineGone(session);
  const now = parts.clock.now();
  return await observe(parts, session.id, {
    kind: 'stop_confirmed',
    key: present?.key ?? null,
    dropped,
    now,
  });
}

async function terminate(parts: CarryOutParts, { session, provider }: Task): Promise<Again> {
  if (!(await commandsEnded(parts, session))) return SOON_MS / 2;
  const { launch: present, kept } = session;
  for (const handle of [present?.handle ?? null, kept]) {
    if (handle === null) continue;
    const answer = await callProvider(provider, parts.clock, () => provider.terminate(handle));
    if (answer === 'pending') return SOON_MS;
  }
  await parts.commands.machineGone(session);
  const now = parts.clock.now();
  return await observe(parts, session.id, { kind: 'end_confirmed', key: present?.key ?? null, now });
}

/** Commands get the chance to end by themselves before what they run on is taken away. */
async function commandsEnded({ commands, clock }: CarryOutParts, session: SessionRecord): Promise<boolean> {
  const open = await commands.cancel(session.id);
  return open === 0 || clock.now() - session.since >= COMMANDS_GRACE_MS;
}

function launchOf({ id, launch: present }: SessionRecord): SessionLaunch {
  if (present === null) throw new Error(`SES-3: session ${id} has no launch`);
  return present;
}
