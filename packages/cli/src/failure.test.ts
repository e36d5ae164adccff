import { ErrandApiError, ErrandConnectionError } from '@errand/sdk';
import { expect, it } from 'vitest';
import { CliError } from './cli-error.ts';
import { failure } from './failure.ts';

it('keeps the lines of a sentence of ours, without what could move the cursor', () => {
  const { status, text } = failure(new CliError('errand.yaml is not right:\n  port: \u001b[2J'));
  expect([status, text]).toEqual([125, 'errand: errand.yaml is not right:\n  port: \\x1b[2J\n']);
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
