import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkConfig } from './check-config.ts';
import { readConfigFile } from './config.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'errand-config-'));
  file = join(folder, 'errand.yaml');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('finds every fault of the file and of those that it names at once', () => {
  const registries = { 'ghcr.io': { username: 'ci', passwordFile: 'none' } };
  const tls = { cert: 'none.pem', key: 'none.key' };
  writeFileSync(file, JSON.stringify({ tls, scripts: 'errand.yaml', docker: { registries } }));
  expect(() => checkConfig(file)).toThrow(
    [
      `${file} is not right:`,
      `the TLS file ${join(folder, 'none.pem')} cannot be read (ENOENT)`,
      `scripts: ${file} is not a folder`,
      `docker.registries.ghcr.io.passwordFile: ${join(folder, 'none')} cannot be read`,
    ].join('\n  '),
  );
});

it('finds what is refused only at the start', () => {
  writeFileSync(file, 'listen: {host: 0.0.0.0}');
  expect(() => checkConfig(file)).toThrow(/plain HTTP on 0\.0\.0\.0/);
});

it('takes a file that is right', () => {
  writeFileSync(join(folder, 'password'), 'hunter2\n');
  writeFileSync(file, 'scripts: .\ndocker: {registries: {ghcr.io: {username: ci, passwordFile: password}}}');
  checkConfig(file);
});

it('lets paths count from the folder of the file, and leaves absolute ones', () => {
  const registries = { 'ghcr.io': { username: 'ci', passwordFile: 'p' } };
  const tls = { cert: '/etc/cert.pem', key: '../key.pem' };
  const given = { data: 'data', agentExecutables: './agents', tls, docker: { registries } };
  writeFileSync(file, JSON.stringify(given));
  expect(readConfigFile(file)).toEqual({
    data: join(folder, 'data'),
    agentExecutables: join(folder, 'agents'),
    tls: { cert: '/etc/cert.pem', key: join(folder, '../key.pem') },
    docker: { registries: { 'ghcr.io': { username: 'ci', passwordFile: join(folder, 'p') } } },
  });
});
