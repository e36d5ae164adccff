import type { AgentFact } from '@errand/contract';
import type { SecretMask } from './secret-mask.ts';

/** What is reported of an attempt, with its secrets hidden: in sentences that name a program or a folder, and in the result. */
export function maskedFact(fact: AgentFact, mask: SecretMask): AgentFact {
  if (fact.kind !== 'ended' || mask.isEmpty) return fact;
  const { reason, result } = fact;
  return {
    ...fact,
    reason: 'why' in reason ? { ...reason, why: mask.text(reason.why) } : reason,
    result: result === null ? null : maskedResult(result, mask),
  };
}

type Result = NonNullable<Extract<AgentFact, { kind: 'ended' }>['result']>;

function maskedResult(result: Result, mask: SecretMask): Result {
  if ('problem' in result) return { problem: mask.text(result.problem) };
  const json = maskedJson(result.json, mask);
  // A secret that is a number, or reaches over several values: masked it would no longer be JSON.
  return mask.text(json) === json
    ? { json }
    : { problem: 'it contains a secret in another place than a text' };
}

/** Texts are masked as they are meant, not as they are escaped. As it was where there is nothing to mask. */
function maskedJson(json: string, mask: SecretMask): string {
  try {
    const value: unknown = JSON.parse(json);
    const masked = JSON.stringify(maskedValue(value, mask));
    return masked === JSON.stringify(value) ? json : masked;
  } catch {
    return mask.text(json);
  }
}

function maskedValue(value: unknown, mask: SecretMask): unknown {
  if (typeof value === 'string') return mask.text(value);
  if (Array.isArray(value)) return value.map((item) => maskedValue(item, mask));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [mask.text(key), maskedValue(item, mask)]),
  );
}
