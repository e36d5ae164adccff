import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fakeClock } from '@errand/core/testing';
import { describe, expect, it } from 'vitest';
import { Schemas } from '../json-schema/schemas.ts';
import { configTemplates } from './config-templates.ts';
import { TemplatesConfig } from './template-config.ts';

const open = (templates: object) =>
  configTemplates(TemplatesConfig.parse(templates), new Schemas(fakeClock()));

const SLICER = {
  params: {
    properties: {
      model: { type: 'string', pattern: '^[a-z0-9]+$' },
      cpus: { type: 'number', default: 2 },
      token: { type: 'string', writeOnly: true },
      only: { type: 'array', items: { type: 'string' } },
    },
    required: ['model'],
  },
  spec: {
    image: 'slicer:{model}',
    cpus: '{cpus}',
    command: ['slice', '--model', '{model}', '{{literal}}'],
    env: { MODEL: '{model}', CPUS: '{cpus}' },
    secretEnv: { TOKEN: '{token}' },
    options: { user: '{model}', deep: [{ it: '{model}!' }] },
  },
};

describe('a template', () => {
  it('puts values into whole arguments, variables and options, with their types, and leaves out what has none', async () => {
    const templates = await open({ slicer: SLICER });
    const { wish, params } = await templates.resolve('slicer', { model: 'm7' });
    expect(wish).toEqual({
      image: 'slicer:m7',
      cpus: 2,
      command: ['slice', '--model', 'm7', '{literal}'],
      env: { MODEL: 'm7', CPUS: '2' },
      secretEnv: {},
      options: { user: 'm7', deep: [{ it: 'm7!' }] },
    });
    expect(params).toEqual({ model: 'm7', cpus: 2 });
  });

  it('shows secret parameters by name only', async () => {
    const templates = await open({ slicer: SLICER });
    const { wish, params } = await templates.resolve('slicer', { model: 'm7', token: 'very-secret-1' });
    expect(wish.secretEnv).toEqual({ TOKEN: 'very-secret-1' });
    expect(JSON.stringify(params)).not.toContain('very-secret');
  });

  it('refuses what its schema does not take, with every misfit', async () => {
    const templates = await open({ slicer: SLICER });
    await expect(templates.resolve('slicer', { model: 'x; touch /tmp/p', other: 1 })).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/params\.other.*params\.model|params\.model.*params\.other/s),
    });
    await expect(templates.resolve('slicer', { model: 'm', cpus: -1 })).rejects.toThrow(/cpus/);
    await expect(templates.resolve('none', {})).rejects.toMatchObject({ code: 'not_found' });
  });

  it.each([
    [{ spec: { shell: 'echo {model}' } }, 'read by a shell'],
    [{ spec: { command: ['sh', '-c', 'echo {model}'] } }, 'read by a shell'],
    [{ spec: { command: ['/usr/bin/env', 'bash', '-xc', '{model}'] } }, 'read by a shell'],
    [{ spec: { health: { command: ['sh', '-c', '{model}'] } } }, 'read by a shell'],
    [{ spec: { options: { entrypoint: ['sh', '-c', '{model}'] } } }, 'read by a shell'],
    [{ spec: { command: ['x', '{token}'] } }, 'secretEnv'],
    [{ spec: { env: { A: '{none}' } } }, 'names no parameter'],
    [{ spec: { picture: 'x' } }, 'no field of a session'],
  ])('%j can never be right', async (change, message) => {
    await expect(open({ slicer: { ...SLICER, ...change } })).rejects.toThrow(message);
  });

  it('may hand values to a shell as arguments', async () => {
    const spec = { command: ['sh', '-c', 'echo "$1"', 'sh', '{model}'] };
    const { wish } = await (await open({ slicer: { ...SLICER, spec } })).resolve('slicer', { model: 'm' });
    expect(wish.command?.at(-1)).toBe('m');
  });
});

describe('its asset source', () => {
  async function source(answer: (path: string) => { status: number; body: string }) {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      const { status, body } = answer(request.url ?? '');
      response.writeHead(status).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { url, asked, [Symbol.dispose]: () => void server.close() };
  }

  const LIST = JSON.stringify({
    data: [
      { id: 'a', location: 'https://files.example/one.stl' },
      { id: 'b', location: 'https://files.example/two.stl' },
    ],
  });
  const assets = (url: string) => ({
    url: `${url}/rewards/{model}?only={cpus}`,
    list: 'data',
    location: 'location',
    id: 'id',
    only: 'only',
    into: 'stls/{model}',
    unavailable: 'Campaign service Down',
  });

  it('lists the files for the parameters, all or those that were asked for', async () => {
    using at = await source(() => ({ status: 200, body: LIST }));
    const templates = await open({ slicer: { ...SLICER, assets: assets(at.url) } });
    const all = await templates.resolve('slicer', { model: 'm7' });
    expect(all.files.map(({ path }) => path)).toEqual(['stls/m7/one.stl', 'stls/m7/two.stl']);
    const one = await templates.resolve('slicer', { model: 'm7', only: ['b'] });
    expect(one.files).toEqual([
      {
        path: 'stls/m7/two.stl',
        mode: null,
        owner: null,
        source: { kind: 'url', url: 'https://files.example/two.stl', sha256: null },
      },
    ]);
    expect(at.asked[0]).toBe('/rewards/m7?only=2');
  });

  it.each([
    [{ status: 500, body: '' }],
    [{ status: 200, body: 'no json' }],
    [{ status: 200, body: '{"data": {}}' }],
    [{ status: 200, body: '{"data": [{"location": "https://files.example/%2e%2e%2fx"}]}' }],
  ])('is unavailable, in the words of the configuration, where it answers %j', async (answer) => {
    using at = await source(() => answer);
    const templates = await open({ slicer: { ...SLICER, assets: assets(at.url) } });
    await expect(templates.resolve('slicer', { model: 'm' })).rejects.toMatchObject({
      code: 'unavailable',
      message: 'Campaign service Down',
    });
  });
});
