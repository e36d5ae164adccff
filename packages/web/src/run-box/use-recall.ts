import { type KeyboardEvent, useRef } from 'react';
import { readHistory } from './command-history.ts';

/** Up and Down walk through what was run before, as in a shell; what was being typed is at the end again. */
export function useRecall(set: (text: string) => void): {
  readonly onKey: (event: KeyboardEvent<HTMLTextAreaElement>) => void;
  readonly begin: () => void;
} {
  const place = useRef<number | null>(null);
  const typed = useRef('');
  const onKey = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    const { key, currentTarget: box } = event;
    if ((key !== 'ArrowUp' && key !== 'ArrowDown') || event.shiftKey || event.altKey) return;
    if (!atEdge(box, key)) return;
    const history = readHistory();
    if (place.current === null) typed.current = box.value;
    const next = (place.current ?? history.length) + (key === 'ArrowUp' ? -1 : 1);
    if (next < 0 || next > history.length) return;
    event.preventDefault();
    place.current = next === history.length ? null : next;
    set(history[next] ?? typed.current);
  };
  return {
    onKey,
    begin: () => {
      place.current = null;
    },
  };
}

/** In a text of several lines the keys first move in it. */
function atEdge({ value, selectionStart, selectionEnd }: HTMLTextAreaElement, key: string): boolean {
  if (selectionStart !== selectionEnd) return false;
  return key === 'ArrowUp'
    ? !value.slice(0, selectionStart).includes('\n')
    : !value.slice(selectionEnd).includes('\n');
}
