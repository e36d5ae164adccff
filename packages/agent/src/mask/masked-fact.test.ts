import type { AgentFact } from '@errand/contract';
import { expect, it } from 'vitest';
import { maskedFact } from './masked-fact.ts';
import { SecretMask } from './secret-mask.ts';

const mask = new SecretMask(['do-not-tell', '12345987']);
type Ended = Extract<AgentFact, { kind: 'ended' }>;

function resultOf(result: Ended['result']): Ended['result'] {
  const fact = { kind: 'ended', reason: { kind: 'exited', code: 0 }, log: null, result } as const;
  return (maskedFact(fact, mask) as Ended).result;
}

it('hides secrets in the texts of a result, also escaped ones and keys, and leaves it JSON', () => {
  expect(resultOf({ json: '{"a": ["x do-not-tell", 1], "do-not-tell": null}' })).toEqual({
    json: '{"a":["x ***********",1],"***********":null}',
  });
  expect(resultOf({ json: '["do\\u002dnot-tell"]' })).toEqual({ json: '["***********"]' });
});

it('leaves a result without secrets as it was written', () => {
  expect(resultOf({ json: '{ "a":\t1.0 }\n' })).toEqual({ json: '{ "a":\t1.0 }\n' });
  expect(resultOf(null)).toBeNull();
});

it('gives no result where a secret stands in another place than a text', () => {
  expect(resultOf({ json: '{"n": 12345987}' })).toEqual({
    problem: 'it contains a secret in another place than a text',
  });
});

it('hides secrets in what is no JSON, in problems and in sentences', () => {
  expect(resultOf({ json: 'do-not-tell' })).toEqual({ json: '***********' });
  expect(resultOf({ problem: 'not JSON: do-not-tell' })).toEqual({ problem: 'not JSON: ***********' });
  const fact = {
    kind: 'ended',
    reason: { kind: 'refused', why: 'no do-not-tell' },
    log: null,
    result: null,
  } as const;
  expect(maskedFact(fact, mask)).toEqual({ ...fact, reason: { kind: 'refused', why: 'no ***********' } });
});
