import { expect, it } from 'vitest';
import { sessionConfig } from './session-config.ts';

it.each([
  [{ healthTcp: '80', healthPath: '/' }, 'give one of them'],
  [{ healthTcp: '80', healthCommand: 'true' }, 'give one of them'],
  [{ healthTcp: '80', healthBody: 'fine' }, '--health-body needs --health-path'],
  [{ shell: true }, '--shell takes one text'],
])('refuses %j, of which a part would have no effect', (options, sentence) => {
  expect(() => sessionConfig([], options, {})).toThrow(sentence);
});
