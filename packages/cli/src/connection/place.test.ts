import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readEnvironment } from '../config.ts';
import { openDataFolder } from './data-folder.ts';
import { readLogin, writeLogin } from './login-file.ts';
import { choosePlace } from './place.ts';

let home = '';
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'errand-place-'));
});
afterAll(() => rmSync(home, { recursive: true }));

it('chooses by flags, then the environment, then the login, then the own folder', () => {
  const environment = (more: NodeJS.ProcessEnv) => readEnvironment({ HOME: home, ...more });
  expect(choosePlace({}, environment({}))).toEqual({
    kind: 'folder',
    data: join(home, '.local/state/errand'),
  });
  expect(choosePlace({}, environment({ XDG_STATE_HOME: '/state' }))).toEqual({
    kind: 'folder',
    data: '/state/errand',
  });
  writeLogin(environment({}), { url: 'http://login', key: 'err_login' });
  expect(choosePlace({}, environment({}))).toEqual({ kind: 'server', url: 'http://login', key: 'err_login' });
  expect(choosePlace({}, environment({ ERRAND_DATA: '/data' }))).toEqual({ kind: 'folder', data: '/data' });
  const named = environment({ ERRAND_URL: 'http://env', ERRAND_KEY: 'err_env', ERRAND_DATA: '/data' });
  expect(choosePlace({}, named)).toEqual({ kind: 'server', url: 'http://env', key: 'err_env' });
  expect(choosePlace({ data: '/flag' }, named)).toEqual({ kind: 'folder', data: '/flag' });
  expect(choosePlace({ url: 'http://login' }, environment({}))).toMatchObject({ key: 'err_login' });
});

it('does not send the key of one server to another', () => {
  const environment = readEnvironment({ HOME: home });
  writeLogin(environment, { url: 'http://login', key: 'err_login' });
  expect(choosePlace({ url: 'http://other' }, environment)).toEqual({
    kind: 'server',
    url: 'http://other',
    key: undefined,
  });
});

it('refuses what is no address', () => {
  expect(() => choosePlace({ url: 'example.com' }, readEnvironment({ HOME: home }))).toThrow(
    'must begin with http',
  );
});

it('takes no empty --data for the current folder', () => {
  const environment = readEnvironment({ HOME: home, ERRAND_URL: 'http://env' });
  for (const data of ['', ' ']) expect(() => choosePlace({ data }, environment)).toThrow('--data is empty');
});

it('refuses a server and a folder at once', () => {
  const flags = { url: 'http://server', data: '/data' };
  expect(() => choosePlace(flags, readEnvironment({ HOME: home }))).toThrow('leave out one of them');
});

it('keeps the login for its owner alone', () => {
  const environment = readEnvironment({ HOME: home, XDG_CONFIG_HOME: join(home, 'config') });
  expect(readLogin(environment)).toBeNull();
  const path = writeLogin(environment, { url: 'http://a', key: 'err_a' });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readLogin(environment)).toEqual({ url: 'http://a', key: 'err_a' });
});

it('names a short socket in a folder of this user alone, whatever the path of the data folder', () => {
  const environment = readEnvironment({ HOME: home, XDG_RUNTIME_DIR: join(home, 'run') });
  const deep = join(home, ...Array.from({ length: 20 }, (_, index) => `quite-a-long-name-${index}`));
  const { socket, path } = openDataFolder(deep, environment);
  expect(path).toBe(deep);
  expect(socket).toMatch(/\/run\/errand\/[0-9a-f]{16}\.sock$/);
  expect(statSync(join(home, 'run', 'errand')).mode & 0o777).toBe(0o700);
  expect(openDataFolder(home, environment).socket).not.toBe(socket);
});
