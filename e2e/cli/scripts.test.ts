import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ErrandPlace } from './errand-place.ts';
import { ErrandServer } from './errand-server.ts';

const GREET = `
description: Greet somebody
command: [sh, -c, 'printf "%s|" "$@"; echo "$ARG_TIMES $ERRAND_ARGS"', sh, "hello {who}", "{more...}", "--loud={loud}"]
parameters:
  properties:
    who: {type: string, description: whom}
    times: {type: integer, minimum: 1, default: 2}
    more: {type: array, items: {type: string}}
    loud: {type: boolean}
  required: [who]
`;

async function withScript(user: ErrandPlace, name: string, text: string): Promise<void> {
  const file = join(user.folder, `${name}.yaml`);
  writeFileSync(file, text);
  const set = await user.errand(['script', 'set', name, '-f', file]);
  expect(set).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(new RegExp(`^${name} [0-9a-f]{64}\n$`)),
  });
}

describe('errand script', () => {
  it('registers, lists, shows, calls and forgets a script', async () => {
    await using server = await ErrandServer.start();
    await using user = server.user();
    await withScript(user, 'greet', GREET);
    const evil = 'a b; echo $(id) `id` "';
    const call = await user.errand([
      'script',
      'call',
      'greet',
      '--who',
      evil,
      '--more',
      'x y',
      '--more',
      '$HOME',
    ]);
    const args = { who: evil, more: ['x y', '$HOME'], times: 2 };
    const said = call.stdout.replace(/\{.*\n$/s, '');
    expect(call).toMatchObject({ status: 0, stderr: '' });
    expect(said).toBe(`hello ${evil}|x y|$HOME|2 `);
    expect(JSON.parse(call.stdout.slice(said.length))).toEqual(args);
    expect((await user.errand(['script', 'ls'])).stdout).toMatch(
      /greet +command +registered +everybody .* Greet somebody/,
    );
    expect((await user.errand(['script', 'show', 'greet'])).stdout).toContain('--who <text>');
    expect((await user.errand(['script', 'call', 'greet', '--help'])).stdout).toMatch(
      /--who <text> +whom \(required\)/,
    );
    expect((await user.errand(['ps'])).stdout).toContain('greet --who');
    expect((await user.errand(['script', 'rm', 'greet'])).status).toBe(0);
    expect(await user.errand(['script', 'call', 'greet'])).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('there is no script greet'),
    });
  });

  it('names every argument that does not fit, and takes them as JSON too', async () => {
    await using server = await ErrandServer.start();
    await using user = server.user();
    await withScript(user, 'greet', GREET);
    const bad = await user.errand(['script', 'call', 'greet', '--times', '0']);
    expect(bad).toMatchObject({ status: 125, stdout: '' });
    expect(bad.stderr).toContain('--who is missing');
    expect(bad.stderr).toContain('--times must be >= 1');
    expect((await user.errand(['script', 'call', 'greet', '--whom', 'x'])).stderr).toContain(
      'there is no --whom; the script takes --who, --times, --more, --loud',
    );
    const json = await user.errand(['script', 'call', 'greet', '--args', '-', '--json'], {
      input: '{"who": "json"}',
    });
    expect(JSON.parse(json.stdout)).toMatchObject({
      status: 'succeeded',
      script: { name: 'greet', args: { who: 'json', times: 2 } },
    });
    expect(json.stderr).toContain('hello json|2');
    expect((await user.errand(['ps', '--json'])).stdout).not.toContain('"times": 0');
  });

  it('keeps a secret argument out of everything but the environment of the command', async () => {
    await using server = await ErrandServer.start();
    await using user = server.user();
    const text =
      'shell: printf %s "$ARG_TOKEN" | wc -c; echo "$ARG_TOKEN"\n' +
      'parameters: {properties: {token: {type: string, writeOnly: true}}}';
    await withScript(user, 'secret', text);
    const call = await user.errand(['script', 'call', 'secret', '--token', 'open sesame 42', '--json']);
    expect(JSON.parse(call.stdout)).toMatchObject({
      status: 'succeeded',
      script: { args: {}, secretArgs: ['token'] },
    });
    expect(call.stderr).toBe('14\n**************\n');
    expect(call.stdout).not.toContain('sesame');
  });

  it('shows the result in its view, and in one document with --json; one that does not fit fails the run', async () => {
    await using server = await ErrandServer.start();
    await using user = server.user();
    const speed = `
shell: 'echo measuring; echo "{\\"mbit\\": $ARG_SAYS}" > "$ERRAND_RESULT"'
parameters: {properties: {says: {type: string, default: "347.5"}}}
result:
  schema: {type: object, properties: {mbit: {type: number}}, required: [mbit]}
  view: {kind: gauge, path: mbit, max: 1000, unit: Mbit/s}
`;
    await withScript(user, 'speed', speed);
    const call = await user.errand(['script', 'call', 'speed']);
    expect(call).toMatchObject({ status: 0, stderr: '' });
    expect(call.stdout).toMatch(/^measuring\n0 ├─+▲─+┤ 1000\n +347.5 Mbit\/s\n$/);
    const json = await user.errand(['script', 'call', 'speed', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ status: 'succeeded', result: { mbit: 347.5 } });
    const bad = await user.errand(['script', 'call', 'speed', '--says', '"fast"']);
    expect(bad).toMatchObject({ status: 125, stdout: 'measuring\n' });
    expect(bad.stderr).toContain('its result is not valid: mbit: must be a number');
  });

  it('calls a module with its arguments and returns what it returns', async () => {
    await using server = await ErrandServer.start();
    await using user = server.user();
    const file = join(user.folder, 'sum.ts');
    const source = `
      export const description: string = 'adds up';
      export const parameters = { properties: { numbers: { type: 'array', items: { type: 'number' } } } };
      export const view = { kind: 'json' };
      export function run({ numbers }: { numbers: number[] }): number {
        console.log('adding', numbers.length);
        return numbers.reduce((sum, each) => sum + each, 0);
      }
    `;
    writeFileSync(file, source);
    expect((await user.errand(['script', 'set', 'sum', '-f', file])).status).toBe(0);
    const call = await user.errand(['script', 'call', 'sum', '--numbers', '1.5', '--numbers', '2']);
    expect(call).toMatchObject({ status: 0, stdout: 'adding 2\n3.5\n' });
  });
});
