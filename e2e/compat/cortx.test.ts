import { spawn, spawnSync } from 'node:child_process';
import type { Session } from '@errand/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs, requires } from '../../scripts/requires.ts';
import { audited } from '../harness/audited.ts';
import { Place } from '../harness/place.ts';
import { hosting } from '../harness/requirements.ts';
import { submit } from '../harness/runs.ts';
import type { Server } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { executeCommand } from './cortx-client.ts';

needs(hosting);

const CONFIG = `
logLevel: debug
compat:
  cortx:
    session: {provider: process, idle: 10m}
`;

const curl = {
  name: 'curl',
  ok: spawnSync('curl', ['--version']).status === 0,
  reason: 'curl is not in PATH',
};

let place: Place;
let server: Server;
const NAMES = ['createInstance', 'callCommand', 'initiateCommand', 'checkCommand'] as const;

beforeAll(async () => {
  place = new Place();
  server = await place.server({ config: CONFIG });
}, 120_000);
afterAll(() => place[Symbol.asyncDispose]());

interface Asked {
  readonly stage?: string;
  readonly key?: string | null;
  readonly body?: unknown;
  readonly [parameter: string]: unknown;
}

async function ask(
  name: string,
  { stage = '/Prod', key = server.key, body, ...parameters }: Asked,
): Promise<{ status: number; text: string; json: Record<string, unknown> }> {
  const query = new URLSearchParams({
    ...(parameters as Record<string, string>),
    ...(key === null ? {} : { secretKey: key }),
  });
  const sent =
    body === undefined
      ? {}
      : { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) };
  const answer = await fetch(`${server.url}${stage}/${name}?${query.toString()}`, sent);
  const text = await answer.text();
  let json: Record<string, unknown> = {};
  try {
    json = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // Output of a command.
  }
  return { status: answer.status, text, json };
}

const sessions = async (): Promise<readonly Session[]> => {
  const answer = await server.http().ask('GET', '/v1/sessions');
  return (JSON.parse(answer.text) as { sessions: Session[] }).sessions;
};

async function begin(sessionID: string, command: string): Promise<{ commandID: string; instanceID: string }> {
  const { json } = await ask('initiateCommand', { sessionID, body: { command } });
  return { commandID: String(json['commandId']), instanceID: String(json['instanceId']) };
}

const completed = (ids: { commandID: string; instanceID: string }) =>
  until(async () => {
    const { json } = await ask('checkCommand', ids);
    return json['isComplete'] === true && json;
  }, 'the end of the command');

describe('an old caller', () => {
  it('makes one instance for a session id, and is told when there is one', async () => {
    const { status, json } = await ask('createInstance', { sessionID: 'user-1' });
    expect([status, Object.keys(json)]).toEqual([200, ['instanceID']]);
    const again = await ask('createInstance', { sessionID: 'user-1', stage: '' });
    expect([again.status, again.json]).toEqual([400, { error: 'Session already exists' }]);
    const made = (await sessions()).filter(({ name }) => name === 'user-1');
    expect(made.map(({ id }) => id)).toEqual([json['instanceID']]);
    expect((await ask('createInstance', {})).status).toBe(400);
    expect((await audited(server, 'createSession')).map(([target, outcome]) => [target, outcome])).toEqual([
      [null, 'conflict'],
      [json['instanceID'], 'done'],
    ]);
  });

  it('gets nowhere without a key, and nothing is made, sent or read', async () => {
    const before = (await sessions()).length;
    for (const name of NAMES)
      for (const key of [null, '', 'err_wrong']) {
        const { status, json } = await ask(name, { key, sessionID: 'thief', body: { command: 'true' } });
        expect([status, json]).toEqual([401, { error: 'Unauthorized request' }]);
      }
    expect(await sessions()).toHaveLength(before);
  });

  it('begins a command on an instance that still starts, and polls until it has both streams and the end', async () => {
    await ask('createInstance', { sessionID: 'user-2' });
    const first = await ask('initiateCommand', {
      sessionID: 'user-2',
      body: { command: 'echo out; echo err >&2; while [ ! -f go ]; do sleep 0.1; done' },
    });
    expect([first.status, first.json]).toEqual([
      202,
      {
        commandId: expect.any(String),
        instanceId: expect.any(String),
        sessionId: 'user-2',
        message: 'Command initiated successfully. Use the checkCommand endpoint to get results.',
      },
    ]);
    const ids = { commandID: String(first.json['commandId']), instanceID: String(first.json['instanceId']) };
    const runs = await ask('checkCommand', ids);
    expect([runs.status, runs.json]).toMatchObject([200, { isComplete: false }]);
    expect(['Pending', 'InProgress', 'Delayed']).toContain(runs.json['status']);
    await ask('callCommand', { sessionID: 'user-2', body: { command: 'touch go' } });
    expect(await completed(ids)).toEqual({
      status: 'Success',
      output: 'out\n',
      errorOutput: 'err\n',
      isComplete: true,
      exitCode: 0,
    });
    const failed = await begin('user-2', 'echo half; echo why >&2; exit 3');
    expect(await completed(failed)).toEqual({
      status: 'Failed',
      output: 'half\n',
      errorOutput: 'why\n',
      isComplete: true,
      exitCode: 3,
    });
  });

  it('is told of canceled and timed out commands in the words of SSM', async () => {
    const stubborn = `trap 'while [ ! -f enough ]; do sleep 0.1; done; exit' TERM; touch trapped; while :; do sleep 0.1; done`;
    const ids = await begin('user-2', stubborn);
    await ask('callCommand', {
      sessionID: 'user-2',
      body: { command: 'while [ ! -f trapped ]; do sleep 0.1; done' },
    });
    await server.http().ask('POST', `/v1/runs/${ids.commandID}/cancel`);
    const canceling = await ask('checkCommand', ids);
    expect(canceling.json).toMatchObject({ status: 'Cancelling', isComplete: false });
    await ask('callCommand', { sessionID: 'user-2', body: { command: 'touch enough' } });
    expect(await completed(ids)).toMatchObject({ status: 'Cancelled', error: expect.any(String) });
    const run = await submit(server.http(), { session: 'user-2', shell: 'sleep 1000', timeout: '1s' });
    expect(await completed({ ...ids, commandID: run.id })).toMatchObject({ status: 'TimedOut' });
  });

  it('gets the output in one answer, and that of a failing command with its status', async () => {
    const good = await ask('callCommand', { sessionID: 'user-2', body: { command: 'echo hi; echo no >&2' } });
    expect([good.status, good.text]).toEqual([200, 'hi\n']);
    const bad = await ask('callCommand', { sessionID: 'user-2', body: { command: 'echo half; exit 4' } });
    expect([bad.status, bad.json]).toMatchObject([422, { status: 'Failed', exitCode: 4, output: 'half\n' }]);
  });

  it('is refused in JSON for what is missing, unknown or malformed', async () => {
    expect(await ask('checkCommand', { commandID: 'run_x' })).toMatchObject({
      status: 400,
      json: { error: 'Missing commandID or instanceID parameter' },
    });
    const unknown: [string, Asked, number][] = [
      ['checkCommand', { commandID: 'run_x', instanceID: 'ses_x' }, 404],
      ['initiateCommand', { sessionID: 'nobody', body: { command: 'true' } }, 404],
      ['callCommand', { sessionID: 'nobody', body: { command: 'true' } }, 404],
      ['initiateCommand', { sessionID: 'user-2', body: '{"command":' }, 400],
      ['initiateCommand', { sessionID: 'user-2', body: { comand: 'true' } }, 400],
      ['callCommand', { body: { command: 'true' } }, 400],
      ['deleteInstance', {}, 404],
    ];
    for (const [name, asked, expected] of unknown) {
      const { status, json } = await ask(name, asked);
      expect([name, status, typeof json['error']]).toEqual([name, expected, 'string']);
    }
    const { json } = await ask('deleteInstance', {});
    expect(json['error']).toBe('Path not found: /Prod/deleteInstance with stage: Prod');
  });

  it('works with the client of the old README as it stands', async () => {
    expect(await executeCommand(server.url, server.key, 'user-2', 'echo from afar')).toMatchObject({
      status: 'Success',
      output: 'from afar\n',
    });
  });

  it('can have its instance ended, by which it is gone', async () => {
    expect((await place.errand(['session', 'rm', 'user-2'], { env: server.env }).ended).status).toBe(0);
    const late = await ask('initiateCommand', { sessionID: 'user-2', body: { command: 'true' } });
    expect(late.status).toBe(404);
  });

  it('is warned about, and its key stands in no log', async () => {
    expect(server.log).toContain('an old caller sends this key in addresses');
    expect(server.log).not.toContain(server.key);
    expect(server.log).not.toContain('secretKey=');
  });
});

requires(curl)('the lines of the old README, by curl', () => {
  it('make an instance and run a command', async () => {
    const line = async (path: string, ...more: readonly string[]): Promise<string> => {
      const url = `${server.url}/Prod/${path}secretKey=${server.key}&sessionID=your-session-id`;
      const child = spawn('curl', ['-sS', ...more, url]);
      let said = '';
      for await (const chunk of child.stdout) said += String(chunk);
      return said;
    };
    expect(JSON.parse(await line('createInstance?', '-X', 'GET'))).toEqual({
      instanceID: expect.any(String),
    });
    const json = ['-H', 'Content-Type: application/json', '-d', '{"command": "ls -la"}'];
    expect(await line('callCommand?', '-X', 'POST', ...json)).toContain('..');
    expect(JSON.parse(await line('initiateCommand?', '-X', 'POST', ...json))).toMatchObject({
      sessionId: 'your-session-id',
    });
  });
});
