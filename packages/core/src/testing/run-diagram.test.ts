import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runDiagram } from './run-diagram.ts';

describe('the picture of the states of a run in ARCHITECTURE.md', () => {
  test('shows exactly what the tables do', () => {
    const text = readFileSync(new URL('../../../../ARCHITECTURE.md', import.meta.url), 'utf8');
    const drawn = /```mermaid\n(stateDiagram-v2\n[\s\S]*?)```/.exec(text)?.[1];
    expect(drawn).toBe(runDiagram());
  });
});
