import { LIMITS } from '@errand/core';
import { expect, it } from 'vitest';
import { jsonOf } from './json-body.ts';

it.each([true, false])('takes no more than a request may have (told before: %s)', async (told) => {
  const sent = (bytes: number): Request =>
    new Request('http://here/', {
      method: 'POST',
      body: `"${'x'.repeat(bytes - 2)}"`,
      headers: told ? { 'content-length': String(bytes) } : {},
    });
  expect(await jsonOf(sent(LIMITS.requestBytes))).toHaveLength(LIMITS.requestBytes - 2);
  await expect(jsonOf(sent(LIMITS.requestBytes + 1))).rejects.toMatchObject({ code: 'too_large' });
});
