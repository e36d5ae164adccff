import { spawnSync } from 'node:child_process';
import { ErrandApiError, ErrandConnectionError } from '@errand/sdk';
import { expect, it } from 'vitest';
import { CliError } from './cli-error.ts';
import { failure } from './failure.ts';

it('keeps the lines of a sentence of ours, without what could move the cursor', () => {
  const { status, text } = failure(new CliError('errand.yaml is not right:\n  port: \u001b[2J'));
  expect([status, text]).toEqual([125, 'errand: errand.yaml is not right:\n  port: \\x1b[2J\n']);
});

it('gives the sentence of what the server’s part refused, from whichever file its class came', () => {
  const refused = Object.assign(new Error('the TLS file cert.pem cannot be read'), { name: 'ErrandError' });
  expect(failure(refused).text).toBe('errand: the TLS file cert.pem cannot be read\n');
});

it('keeps what a server says on one line', () => {
  const said = { code: 'invalid', status: 400, message: 'a\nb', requestId: 'req_1' } as const;
  expect(failure(new ErrandApiError(said)).text).toBe('errand: a\\nb\n');
});

it('keeps the lines of the log of a server that did not start', () => {
  const { text } = failure(
    new ErrandConnectionError('http://localhost', new Error('it ends with:\nno room\n')),
  );
  expect(text).toMatch(/it ends with:\nno room\nIs the server running\?/);
});

it('has a sentence where the current folder was removed', () => {
  const asked = 'try { process.cwd(); } catch (error) { console.log(JSON.stringify(error)); }';
  const script = 'cd "$(mktemp -d)" && rmdir "$PWD" && exec "$0" -e "$1"';
  const { stdout } = spawnSync('sh', ['-c', script, process.execPath, asked], { encoding: 'utf8' });
  const { text } = failure(Object.assign(new Error(), JSON.parse(stdout)));
  expect(text).toBe(
    'errand: the current folder has been removed; go to one that is there (cd) and try again.\n',
  );
});
