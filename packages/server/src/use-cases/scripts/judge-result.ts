import { LIMITS, type ReportedResult, type ResultRule, type ResultState } from '@errand/core';
import { faultText } from '../../json-schema/fault.ts';
import { unfitJson } from '../../json-schema/json-limits.ts';
import type { Schemas } from '../../json-schema/schemas.ts';

/** Sentences about results are for people; one of a hundred faults helps nobody more than one of ten. */
const LONGEST_WHY = 2_000;

/** What is to become of the result that an attempt reported, or of none where its script promises one. */
export function judgeResult(
  schemas: Pick<Schemas, 'checked'>,
  rule: ResultRule | null,
  reported: ReportedResult | null,
): ResultState | null {
  if (reported === null)
    return rule?.schema == null ? null : invalid('its script promises a result, and it reported none');
  if ('problem' in reported) return invalid(reported.problem);
  const bytes = Buffer.byteLength(reported.json);
  if (bytes > LIMITS.resultBytes)
    return invalid(`it has ${bytes} bytes, at most ${LIMITS.resultBytes} are kept`);
  const parsed = parse(reported.json);
  if ('problem' in parsed) return invalid(parsed.problem);
  const unfit = unfitJson(parsed.value);
  if (unfit !== null) return invalid(`it ${unfit}`);
  return rule?.schema == null ? { kind: 'kept' } : fitting(schemas, rule.schema, parsed.value);
}

function fitting(
  schemas: Pick<Schemas, 'checked'>,
  schema: NonNullable<ResultRule['schema']>,
  value: unknown,
): ResultState {
  try {
    const checked = schemas.checked('its result', schema, value);
    return checked.ok ? { kind: 'kept' } : invalid(faultText(checked.faults));
  } catch (error) {
    // The end of a run is known whatever becomes of a check.
    return invalid(error instanceof Error ? error.message : 'it could not be checked');
  }
}

function parse(json: string): { readonly value: unknown } | { readonly problem: string } {
  try {
    return { value: JSON.parse(json) };
  } catch (error) {
    return { problem: `it is not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}` };
  }
}

function invalid(why: string): ResultState {
  return { kind: 'invalid', why: why.length > LONGEST_WHY ? `${why.slice(0, LONGEST_WHY)}…` : why };
}
