import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { LABELS } from './names.ts';

/** After an engine that ended, or was not there. */
const AGAIN_MS = 2_000;

/** Follows the events of the engine: tells the session of each container of the tag that ended, until the signal aborts. Never rejects. */
export async function watchEnds(
  engine: Docker,
  tag: string,
  { changed, signal }: { readonly changed: (sessionId: string) => void; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    await follow(engine, tag, { changed, signal }).catch(() => undefined);
    await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function follow(
  engine: Docker,
  tag: string,
  { changed, signal }: Parameters<typeof watchEnds>[2],
): Promise<void> {
  const filters = { type: ['container' as const], event: ['die'], label: [`${LABELS.tag}=${tag}`] };
  const events = (await engine.getEvents({ filters, abortSignal: signal })) as unknown as Readable;
  let line = '';
  for await (const chunk of events) {
    const lines = `${line}${String(chunk)}`.split('\n');
    line = lines.pop() ?? '';
    for (const each of lines) {
      const session = sessionIn(each);
      if (session !== null) changed(session);
    }
  }
}

function sessionIn(line: string): string | null {
  if (line.trim() === '') return null;
  const event = JSON.parse(line) as { readonly Actor?: { readonly Attributes?: Record<string, string> } };
  return event.Actor?.Attributes?.[LABELS.session] ?? null;
}
