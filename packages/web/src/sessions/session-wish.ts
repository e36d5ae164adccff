import type { SessionCreateInput } from '@errand/sdk';
import { variables } from '../run-box/variables.ts';

/** What is filled in before a session is made of it. Everything is text, as it was typed. */
export interface SessionWish {
  readonly name: string;
  readonly tags: string;
  readonly provider: string;
  readonly image: string;
  readonly shell: string;
  readonly ports: string;
  readonly healthKind: 'none' | 'path' | 'tcp' | 'command';
  readonly health: string;
  readonly idle: string;
  readonly maxLife: string;
  readonly cpus: string;
  readonly memory: string;
  readonly size: string;
  readonly volumes: string;
  readonly env: string;
  readonly secretEnv: string;
}

export const NO_WISH: SessionWish = {
  name: '',
  tags: '',
  provider: '',
  image: '',
  shell: '',
  ports: '',
  healthKind: 'none',
  health: '',
  idle: '',
  maxLife: '',
  cpus: '',
  memory: '',
  size: '',
  volumes: '',
  env: '',
  secretEnv: '',
};

/** What is asked for. Throws with a sentence where a field says nothing that could be asked. */
export function sessionOf(wish: SessionWish): SessionCreateInput {
  const { ports, cpus, volumes, env, secretEnv, tags } = wish;
  const texts = ['provider', 'image', 'shell', 'idle', 'maxLife', 'memory', 'size'] as const;
  const given = texts.flatMap((field) => (wish[field].trim() === '' ? [] : [[field, wish[field].trim()]]));
  return {
    ...aboutOf({ name: wish.name, tags }),
    ...(Object.fromEntries(given) as Pick<SessionCreateInput, (typeof texts)[number]>),
    ...(isSet(ports) ? { ports: words(ports).map(portOf) } : {}),
    ...(isSet(cpus) ? { cpus: Number(cpus) } : {}),
    ...healthOf(wish),
    ...(isSet(volumes) ? { volumes: lines(volumes).map(volumeOf) } : {}),
    ...(isSet(env) ? { env: variables(env) } : {}),
    ...(isSet(secretEnv) ? { secretEnv: variables(secretEnv) } : {}),
  };
}

/** What may be said of any session, also of one that a template makes. */
export function aboutOf({
  name,
  tags,
}: Pick<SessionWish, 'name' | 'tags'>): Pick<SessionCreateInput, 'name' | 'tags'> {
  return {
    ...(isSet(name) ? { name: name.trim() } : {}),
    ...(isSet(tags) ? { tags: words(tags) } : {}),
  };
}

function healthOf({ healthKind, health }: SessionWish): Pick<SessionCreateInput, 'health'> {
  const text = health.trim();
  if (healthKind === 'none') return {};
  if (text === '') throw new Error('say what tells that it is healthy, or choose nothing');
  if (healthKind === 'tcp') return { health: { tcp: portOf(text) } };
  return { health: healthKind === 'path' ? { path: text } : { command: ['sh', '-c', text] } };
}

function portOf(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port)) throw new Error(`a port is a number such as 8080, not ${text}`);
  return port;
}

function volumeOf(line: string): { readonly name: string; readonly path: string } {
  const [, name, path] = /^([^:\s]+):(\/.*)$/.exec(line) ?? [];
  if (name === undefined || path === undefined)
    throw new Error(`a volume is written name:/path, not ${line}`);
  return { name, path };
}

function isSet(text: string): boolean {
  return text.trim() !== '';
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
