import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LIMITED, LIMITED_ARGS } from '../plant/limited.ts';
import { endChild } from '../plant/until-line.ts';
import { findProgram } from './programs.ts';
import type { Elsewhere, Found } from './yardstick.ts';

const PATIENCE_MS = 5_000;
const MASTER = 'master';

/** `ssh` to this machine over a connection that is kept (a control master), with a server, keys and settings of its own. */
export async function startSsh(): Promise<Found<Elsewhere>> {
  const sshd = findProgram('sshd');
  const ssh = findProgram('ssh');
  if (sshd === undefined || ssh === undefined)
    return { missing: 'the package openssh-server is not installed' };
  await using started = new AsyncDisposableStack();
  // Short, because a socket lies in it.
  const folder = mkdtempSync(join(tmpdir(), 'errand-ssh-'));
  started.defer(() => rmSync(folder, { recursive: true, force: true }));
  try {
    const port = await freePort();
    const server = spawn(LIMITED, [...LIMITED_ARGS, sshd, ...serverArgs(folder, port)], { stdio: 'ignore' });
    started.defer(() => endChild(server));
    const client = [ssh, ...clientArgs(folder, port)];
    await connected([...LIMITED_ARGS, ...client, '-M', '-N', '127.0.0.1'], join(folder, MASTER), started);
    const owner = started.move();
    return {
      found: {
        argv: (command) => [...client, '127.0.0.1', ...command],
        [Symbol.asyncDispose]: () => owner.disposeAsync(),
      },
    };
  } catch (error) {
    return {
      missing: `sshd does not answer (${error instanceof Error ? error.message.split('\n')[0] : ''})`,
    };
  }
}

function serverArgs(folder: string, port: number): string[] {
  for (const name of ['host', 'user']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
  }
  writeFileSync(
    join(folder, 'known'),
    `[127.0.0.1]:${port} ${readFileSync(join(folder, 'host.pub'), 'utf8')}`,
  );
  writeFileSync(join(folder, 'authorized'), readFileSync(join(folder, 'user.pub')));
  const settings = {
    ListenAddress: `127.0.0.1:${port}`,
    HostKey: join(folder, 'host'),
    AuthorizedKeysFile: join(folder, 'authorized'),
    PidFile: 'none',
    StrictModes: 'no',
    UsePAM: 'no',
    // Else the shell there would first run the settings of whoever measures.
    SetEnv: `HOME=${folder}`,
    // More than any row has in flight.
    MaxSessions: '100',
  };
  writeFileSync(
    join(folder, 'config'),
    Object.entries(settings)
      .map(([name, value]) => `${name} ${value}\n`)
      .join(''),
  );
  // A service manager would make it; sshd refuses to start as root without.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  return ['-D', '-f', join(folder, 'config')];
}

function clientArgs(folder: string, port: number): string[] {
  const options = {
    ControlPath: join(folder, MASTER),
    IdentityFile: join(folder, 'user'),
    UserKnownHostsFile: join(folder, 'known'),
    BatchMode: 'yes',
  };
  const named = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  return ['-F', 'none', '-p', String(port), ...named];
}

/** The server needs a moment until it listens, so the master is started until one stays. */
async function connected(
  args: readonly string[],
  socket: string,
  owner: AsyncDisposableStack,
): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until) {
    const master = spawn(LIMITED, args, { stdio: 'ignore' });
    while (master.exitCode === null) {
      if (existsSync(socket)) return owner.defer(() => endChild(master));
      await sleep(20);
    }
  }
  throw new Error(`no connection within ${PATIENCE_MS / 1_000} s`);
}

async function freePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const server = createServer().listen(0, '127.0.0.1', () => {
    const address = server.address();
    server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
  });
  return await promise;
}
