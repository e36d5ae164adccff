import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expandCommand, namesIn } from '@errand/contract/wire';
import { ErrandError, type FileSpec, LIMITS } from '@errand/core';
import type { AssetSourceConfig } from './template-config.ts';

type Values = Readonly<Record<string, unknown>>;

const ANSWER_MS = 10_000;
const ANSWER_BYTES = 4 * 1024 * 1024;
const UNSAFE = /[\p{Cc}/\\]/u;

/** The files that a source lists for these parameters. Throws `unavailable` where it does not answer well. */
export async function listAssets(source: AssetSourceConfig, values: Values): Promise<readonly FileSpec[]> {
  const items = itemsIn(await ask(source, values), source);
  const wanted = source.only === undefined ? null : idsOf(values[source.only]);
  const chosen = items.filter(
    (item) => wanted === null || wanted.size === 0 || wanted.has(String(item[source.id ?? ''])),
  );
  const [into = ''] = expandCommand([source.into], values);
  const files = chosen.map((item) => fileOf(source, item, into));
  const twice = files.find(({ path }, at) => files.findIndex((each) => each.path === path) !== at);
  if (twice !== undefined) throw failed(source, `it lists ${twice.path} twice`);
  if (files.length > LIMITS.sessionFiles)
    throw failed(source, `it lists more than ${LIMITS.sessionFiles} files`);
  return files;
}

async function ask(source: AssetSourceConfig, values: Values): Promise<unknown> {
  try {
    const headers =
      source.tokenFile === undefined
        ? {}
        : { authorization: `Bearer ${readFileSync(source.tokenFile, 'utf8').trim()}` };
    const answer = await fetch(addressOf(source.url, values), {
      headers: { accept: 'application/json', ...headers },
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (!answer.ok) throw new Error(`it answers ${answer.status}`);
    const text = await answer.text();
    if (text.length > ANSWER_BYTES) throw new Error('its answer is too long');
    return JSON.parse(text);
  } catch (error) {
    throw failed(source, error instanceof Error ? error.message : String(error), error);
  }
}

/** Each value as one piece of a URL, whatever is in it. */
function addressOf(template: string, values: Values): string {
  const encoded = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value)),
    ]),
  );
  for (const name of namesIn(template)) {
    const value = encoded[name];
    // A part of a path that is only dots would be another path.
    if (value === undefined || /^\.*$/.test(value))
      throw new Error(`${name} has no value that an address can have`);
  }
  return expandCommand([template], encoded)[0] ?? template;
}

function itemsIn(answer: unknown, source: AssetSourceConfig): readonly Values[] {
  const path = source.list?.split('.') ?? [];
  const list = path.reduce<unknown>((part, key) => (isObject(part) ? part[key] : undefined), answer);
  if (!Array.isArray(list) || !list.every(isObject))
    throw failed(source, 'its answer holds no list of items');
  return list;
}

function fileOf(
  { location, name, sha256, owner, ...source }: AssetSourceConfig,
  item: Values,
  into: string,
): FileSpec {
  const url = item[location];
  if (typeof url !== 'string' || !URL.canParse(url))
    throw failed(source, `an item has no address in ${location}`);
  const called = name === undefined ? decodeURIComponent(posix.basename(new URL(url).pathname)) : item[name];
  if (
    typeof called !== 'string' ||
    called === '' ||
    UNSAFE.test(called) ||
    /^\.+$/.test(called) ||
    called.length > 255
  )
    throw failed(source, `an item has no usable name`);
  const hash = sha256 === undefined ? null : item[sha256];
  if (hash !== null && !(typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash)))
    throw failed(source, `${called} has no SHA-256 in ${sha256 ?? ''}`);
  return {
    path: posix.join(into, called),
    mode: null,
    owner: owner ?? null,
    source: { kind: 'url', url, sha256: hash },
  };
}

function idsOf(value: unknown): ReadonlySet<string> {
  return new Set(
    (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]).map(String),
  );
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function failed(
  { unavailable }: Pick<AssetSourceConfig, 'unavailable'>,
  why: string,
  cause?: unknown,
): ErrandError {
  const message = unavailable ?? `the list of files cannot be had now: ${why}`;
  return new ErrandError('unavailable', message, { details: { assetSource: why }, cause });
}
