import { expect, it } from 'vitest';
import { readFailure } from './failure-record.ts';

const PAYLOAD = { url: 'https://errand.example.com', token: 'errses_ses_1-1.x', name: 'brisk-otter' };

/** As AWS describes it. */
const record = (responsePayload: object | null, condition = 'RetriesExhausted') =>
  JSON.stringify({
    version: '1.0',
    timestamp: '2026-11-14T18:16:05.568Z',
    requestContext: {
      requestId: 'e4b46cbf-b738-xmpl-8880-a18cdf61200e',
      functionArn: 'arn:aws:lambda:eu-north-1:123456789012:function:worker:$LATEST',
      condition,
      approximateInvokeCount: 1,
    },
    requestPayload: PAYLOAD,
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload,
  });
const endOf = (...about: Parameters<typeof record>) => readFailure(record(...about))?.end;
const ID = 'RequestId: e4b46cbf-b738-xmpl-8880-a18cdf61200e';

it('tells memory that ran out, time that was over, and crashes apart', () => {
  expect(endOf({ errorType: 'Runtime.OutOfMemory', errorMessage: `${ID} Error: ...` })).toEqual({
    kind: 'out_of_memory',
  });
  const late = 'Task timed out after 900.00 seconds';
  for (const said of [
    { errorType: 'Sandbox.Timedout', errorMessage: `${ID} Error: ${late}` },
    { errorMessage: `2026-11-14T18:16:05.568Z e4b46cbf ${late}` },
  ])
    expect(endOf(said)).toEqual({ kind: 'life_ended', lifeMs: 900_000 });
  const status = {
    errorType: 'Runtime.ExitError',
    errorMessage: `${ID} Error: Runtime exited with error: exit status 1`,
  };
  expect(endOf(status)).toEqual({
    kind: 'machine_gone',
    why: `Its function failed; Lambda says: Runtime.ExitError: ${status.errorMessage}.`,
  });
  const killed = {
    errorType: 'Runtime.ExitError',
    errorMessage: 'Runtime exited with error: signal: killed',
  };
  expect(endOf(killed)).toMatchObject({ why: expect.stringContaining('--memory') });
});

it('says that an event was never executed, and that Lambda says nothing of why', () => {
  expect(endOf(null, 'EventAgeExceeded')).toMatchObject({ why: expect.stringContaining('concurrency') });
  expect(endOf(null)).toMatchObject({ why: 'Its function failed; Lambda says: nothing of why.' });
});

it('takes nothing for ours that is not', () => {
  expect(readFailure(record({}))?.token).toBe(PAYLOAD.token);
  for (const other of ['', 'no JSON', '[]', 'null', '{}', '{"requestPayload": {"token": 5}}'])
    expect(readFailure(other)).toBeNull();
});
