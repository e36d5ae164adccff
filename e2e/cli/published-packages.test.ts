import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requires } from '../../scripts/requires.ts';

const root = resolve(import.meta.dirname, '../..');

const GREET = `
command: [echo, hello, "{name}"]
parameters: {properties: {name: {type: string}}, required: [name]}
`;

requires({
  name: 'a registry of npm packages',
  ok: spawnSync('npm', ['view', 'node', 'name'], { timeout: 30_000 }).status === 0,
  reason: 'npm view node found none; the published package brings Node from there',
})('the packages that npm run build makes', () => {
  let folder = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'errand-published-'));
    const built = join(folder, 'built');
    execFileSync(process.execPath, [join(root, 'scripts/build.ts'), '--into', built], { stdio: 'pipe' });
    for (const name of ['errand', 'sdk'])
      execFileSync('npm', ['pack', join(built, name), '--pack-destination', folder], { stdio: 'pipe' });
    writeFileSync(
      join(folder, 'package.json'),
      '{"name":"empty","version":"1.0.0","type":"module","private":true}',
    );
    const packages = ['errand-0.1.0.tgz', 'errand-sdk-0.1.0.tgz'].map((name) => join(folder, name));
    execFileSync('npm', ['install', '--no-audit', '--no-fund', ...packages], { cwd: folder, stdio: 'pipe' });
  }, 180_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('run a command in an empty folder, with nothing else installed', () => {
    mkdirSync(join(folder, 'run'), { mode: 0o700 });
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      XDG_RUNTIME_DIR: join(folder, 'run'),
      ERRAND_DATA: join(folder, 'data'),
    };
    const run = spawnSync('npx', ['errand', 'run', '--', 'sh', '-c', 'echo hi; echo err >&2; exit 7'], {
      cwd: folder,
      env,
    });
    expect([run.status, run.stdout.toString()]).toEqual([7, 'hi\n']);
    expect(run.stderr.toString()).toContain('err\n');
    execFileSync(join(folder, 'node_modules/.bin/errand'), ['version'], { env });
    const pid = execFileSync('cat', [join(folder, 'data/owner')]).toString();
    process.kill(Number(/\d+/.exec(pid)?.[0]), 'SIGTERM');
  });

  it('bring the page, and serve it, and check the arguments of a script', async () => {
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder, XDG_RUNTIME_DIR: join(folder, 'run') };
    const args = ['up', '--port', '0', '--data', join(folder, 'served')];
    const errand = join(folder, 'node_modules/.bin/errand');
    const server = spawn(errand, args, { cwd: folder, env, stdio: 'pipe' });
    const ended = once(server, 'exit');
    let said = '';
    for await (const chunk of server.stdout) {
      said += String(chunk);
      if (/^page /m.test(said)) break;
    }
    const port = /:(\d+)\/login/.exec(said)?.[1];
    const known = {
      ...env,
      ERRAND_URL: `http://127.0.0.1:${port}`,
      ERRAND_KEY: /^key (.*)/m.exec(said)?.[1],
    };
    const call = (...args: string[]) => spawnSync(errand, ['script', ...args], { cwd: folder, env: known });
    writeFileSync(join(folder, 'greet.yaml'), GREET);
    expect(call('set', 'greet', '-f', 'greet.yaml').stderr.toString()).toBe('');
    expect(call('call', 'greet', '--name', 'you').stdout.toString()).toBe('hello you\n');
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { accept: 'text/html' } });
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('/assets/index-')]);
    server.kill('SIGTERM');
    await ended;
  });

  it('bring the clients of AWS', () => {
    const config = join(folder, 'aws.yaml');
    writeFileSync(config, 'aws: {region: eu-north-1, endpoint: "http://127.0.0.1:1", maxAttempts: 1}');
    const args = ['aws', 'deploy-worker', '--role', 'arn:aws:iam::123456789012:role/x', '--config', config];
    const env = {
      PATH: process.env['PATH'],
      HOME: folder,
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
    };
    const { stderr } = spawnSync(join(folder, 'node_modules/.bin/errand'), args, { env });
    expect(stderr.toString()).toMatch(/^errand: AWS did not take the function: connect ECONNREFUSED/);
  });

  it('bring the types of the client', () => {
    const lines = [
      "import { connect } from '@errand/sdk';",
      "const run = await connect('http://errand').runs.create({ command: ['true'] });",
      'export const code: number | null = (await run.wait()).exitCode;',
      '// @ts-expect-error a number is no text',
      'export const text: string = (await run.wait()).exitCode;',
    ];
    writeFileSync(join(folder, 'use.ts'), lines.join('\n'));
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', 'use.ts'];
    const check = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...options], {
      cwd: folder,
    });
    expect(check.stdout.toString()).toBe('');
  });
});
