import { expect, it } from 'vitest';
import { cyclesOf } from './cycles.ts';

it('finds no cycle where two ways lead to the same file', () => {
  expect(cyclesOf(graph({ a: 'bc', b: 'd', c: 'd', d: '' }))).toEqual([]);
});

it('gives a cycle as the way back to its first file', () => {
  expect(cyclesOf(graph({ a: 'b', b: 'c', c: 'b' }))).toEqual([['b', 'c', 'b']]);
});

it('finds a file that imports itself', () => {
  expect(cyclesOf(graph({ a: 'a' }))).toEqual([['a', 'a']]);
});

function graph(edges: Record<string, string>): Map<string, string[]> {
  return new Map(Object.entries(edges).map(([from, to]) => [from, to.split('')]));
}
