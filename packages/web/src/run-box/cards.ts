import { useSyncExternalStore } from 'react';

const STORE = 'errand.cards';
const MOST = 20;

const listeners = new Set<() => void>();
let known: readonly string[] | null = null;

/** The runs that were started in this tab, the newest first; they are there again after a reload. */
export function useCards(): readonly string[] {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, read);
}

export function addCard(id: string): void {
  write([id, ...read().filter((each) => each !== id)].slice(0, MOST));
}

export function removeCard(id: string): void {
  write(read().filter((each) => each !== id));
}

export function clearCards(): void {
  write([]);
}

function read(): readonly string[] {
  known ??= (sessionStorage.getItem(STORE) ?? '').split(' ').filter((id) => id !== '');
  return known;
}

function write(cards: readonly string[]): void {
  known = cards;
  sessionStorage.setItem(STORE, cards.join(' '));
  for (const listener of listeners) listener();
}
