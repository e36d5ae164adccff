import type { Readable } from 'node:stream';
import { ProviderError } from '@errand/core';
import type { Engine } from './engine.ts';
import { unless } from './engine-error.ts';

/** Credentials by the name of a registry, such as `ghcr.io`; `docker.io` for the engine's own. */
export type Registries = Readonly<Record<string, { readonly username: string; readonly password: string }>>;

type Say = (progress: string) => void;

export interface PullParts {
  readonly engine: Engine;
  readonly registries: Registries;
}

/** Brings an image unless the engine has it. `begins` hears that it is asked for, `say` how far it is; the signal ends it, layers that are there stay. */
export async function pullImage(
  { engine, registries }: PullParts,
  image: string,
  { signal, begins, say }: { readonly signal: AbortSignal; readonly begins: Say; readonly say: Say },
): Promise<void> {
  if ((await unless(engine.calls.getImage(image).inspect(), 404)) !== null) return;
  begins(`Pulling ${image}.`);
  const login = registries[registryOf(image)];
  const authconfig =
    login === undefined ? {} : { authconfig: { ...login, serveraddress: registryOf(image) } };
  const stream = await engine.pulls.pull(withTag(image), { abortSignal: signal, ...authconfig });
  const layers = new Map<string, { done: number; total: number }>();
  for await (const line of linesOf(stream as Readable, signal)) {
    const { error, id, progressDetail } = line;
    if (error !== undefined) throw new Error(error);
    if (id === undefined || progressDetail?.total === undefined) continue;
    layers.set(id, { done: progressDetail.current ?? 0, total: progressDetail.total });
    say(progressOf(image, [...layers.values()]));
  }
}

interface PullLine {
  readonly id?: string;
  readonly error?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}

async function* linesOf(stream: Readable, signal: AbortSignal): AsyncGenerator<PullLine> {
  const end = (): void => void stream.destroy(new ProviderError('transient', 'the pull was given up'));
  signal.addEventListener('abort', end);
  try {
    let rest = '';
    for await (const chunk of stream.setEncoding('utf8')) {
      const lines = `${rest}${String(chunk)}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as PullLine;
    }
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function progressOf(image: string, layers: readonly { done: number; total: number }[]): string {
  const total = layers.reduce((sum, layer) => sum + layer.total, 0);
  const done = layers.reduce((sum, layer) => sum + layer.done, 0);
  return `Pulling ${image}: ${Math.floor((done / Math.max(total, 1)) * 100)} %.`;
}

/** The engine brings all tags of an image that is named without one. */
function withTag(image: string): string {
  const last = image.slice(image.lastIndexOf('/') + 1);
  return last.includes(':') || last.includes('@') ? image : `${image}:latest`;
}

/** As Docker reads names: the part before the first `/` is a host if it looks like one. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const isHost = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost');
  return isHost ? first : 'docker.io';
}
