import type { z } from 'zod';

type Issue = z.core.$ZodRawIssue;

/**
 * What is wrong with one value and what would be right, for whoever wrote it. For `safeParse(value, { error: faultSentence })`; a sentence that
 * the schema brings along goes before.
 */
export function faultSentence(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return wrongKind(issue);
    case 'unrecognized_keys':
      return unknownFields(issue);
    case 'too_small':
      return tooSmall(issue);
    case 'too_big':
      return `must ${measured(issue.origin, 'at most', issue.maximum)}`;
    case 'invalid_value':
      return `must be ${oneOf(issue.values.map(String))}`;
    case 'invalid_format':
      return FORMATS[issue.format];
    // A name that is not right, of variables for instance.
    case 'invalid_key':
      return issue.issues[0]?.message;
    // The schemas bring sentences of their own along.
    case 'custom':
    case 'invalid_union':
    case 'invalid_element':
    case 'not_multiple_of':
      return undefined;
  }
}

const FORMATS: Readonly<Record<string, string>> = {
  datetime: 'must be a time such as 2026-01-31T12:00:00Z',
  base64: 'must be base64',
};

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function wrongKind({ expected, input }: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidType>): string {
  const wanted = KINDS[expected] ?? expected;
  return input === undefined
    ? `is missing; it must be ${wanted}`
    : `must be ${wanted}, not ${kindOf(input, expected)}`;
}

function kindOf(value: unknown, expected: string): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return numberText(value, expected);
  return typeof value === 'boolean' ? String(value) : (KINDS[typeof value] ?? typeof value);
}

/** A parameter of an address that is no number arrives here as NaN, a number in JSON beyond all that there are as infinite. */
function numberText(value: number, expected: string): string {
  if (Number.isNaN(value)) return 'a text';
  if (!Number.isFinite(value)) return 'a number without end';
  return expected === 'int' ? 'one with a fraction' : 'a number';
}

function unknownFields({ keys, inst }: z.core.$ZodRawIssue<z.core.$ZodIssueUnrecognizedKeys>): string {
  return withKnown(`has no ${keys.length === 1 ? 'field' : 'fields'} ${keys.join(', ')}`, inst);
}

/** The same of one field, for whoever says beside the sentence which one it is. */
export function unknownFieldSentence({
  inst,
}: z.core.$ZodRawIssue<z.core.$ZodIssueUnrecognizedKeys>): string {
  return withKnown('is no field of it', inst);
}

function withKnown(what: string, schema: unknown): string {
  const known = shapeOf(schema);
  return known.length === 0 ? what : `${what}; it takes ${known.join(', ')}`;
}

function shapeOf(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null || !('shape' in schema)) return [];
  return Object.keys(schema.shape as object);
}

function tooSmall({ origin, minimum }: z.core.$ZodRawIssue<z.core.$ZodIssueTooSmall>): string {
  const isCounted = origin === 'string' || origin === 'array';
  return isCounted && Number(minimum) === 1
    ? 'must not be empty'
    : `must ${measured(origin, 'at least', minimum)}`;
}

function measured(origin: string, how: string, limit: number | bigint): string {
  if (origin === 'string') return `have ${how} ${limit} characters`;
  return origin === 'array' ? `have ${how} ${limit} entries` : `be ${how} ${limit}`;
}

function oneOf(values: readonly string[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;
}
