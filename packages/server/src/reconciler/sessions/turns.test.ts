import { expect, it } from 'vitest';
import { Turns } from './turns.ts';

const line = ({ id }: { readonly id: string }): string => id.slice(0, 1);

it('serves everybody before anybody again, each line by itself', () => {
  const turns = new Turns();
  const due = ['a1', 'a2', 'a3', 'b1'].map((id) => ({ id }));
  const served = (room: number): readonly string[] => {
    const begun: string[] = [];
    turns.give(due, {
      line,
      begin: ({ id }) => {
        if (begun.filter((each) => each.startsWith(id.slice(0, 1))).length >= room) return 'full';
        begun.push(id);
        return 'begun';
      },
    });
    return begun;
  };
  expect([served(1), served(1), served(1), served(1)]).toEqual([
    ['a1', 'b1'],
    ['a2', 'b1'],
    ['a3', 'b1'],
    ['a1', 'b1'],
  ]);
  expect(turns.size).toBe(1);
});
