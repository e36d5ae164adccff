import type { Run } from '@errand/sdk';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { errand } from '../api/errand.ts';
import { type OpenTerminal, openTerminal } from './open-terminal.ts';
import { type LineState, TerminalLine } from './terminal-line.ts';

export interface TerminalPaneProps {
  readonly run: Run;
  /** Opens another one. */
  readonly again: () => void;
  readonly leave: () => void;
}

const WORDS: Readonly<Record<LineState, string>> = {
  connecting: 'Connecting…',
  open: 'Connected',
  lost: 'No connection; it goes on by itself',
  ended: 'The shell has ended',
  failed: 'The shell cannot be reached',
};

/** Keys that the keyboard of a phone does not have. */
const KEYS = [
  ['Esc', '\x1b', 'Esc'],
  ['Tab', '\t', 'Tab'],
  ['^C', '\x03', 'Ctrl C'],
  ['^D', '\x04', 'Ctrl D'],
  ['←', '\x1b[D', 'Left'],
  ['↑', '\x1b[A', 'Up'],
  ['↓', '\x1b[B', 'Down'],
  ['→', '\x1b[C', 'Right'],
] as const;

/** A run with a terminal, and a terminal for it. */
export function TerminalPane({ run, again, leave }: TerminalPaneProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const { state, why, type } = useTerminal(run, place);
  return (
    <section
      aria-label="Terminal"
      className="log -mx-4 flex h-[calc(100dvh-15.5rem)] min-h-64 flex-col overflow-hidden bg-term wide:mx-0 wide:rounded-card wide:h-auto wide:min-h-96 wide:flex-1"
    >
      <header className="flex flex-wrap items-center justify-between gap-x-3 border-b border-term-line px-3 text-sm text-term-muted">
        <p role="status" className="flex min-h-11 items-center gap-2">
          <span
            className={`size-2 rounded-full ${state === 'open' ? 'bg-good' : state === 'ended' ? 'bg-strong-line' : 'bg-warn'}`}
          />
          {WORDS[state]}
          {why !== null && state !== 'open' && `: ${why}`}
        </p>
        <span className="flex items-center">
          <span className="px-2 max-wide:hidden">F6 leaves the terminal</span>
          {(state === 'ended' || state === 'failed') && (
            <PaneButton onClick={again}>Open a new one</PaneButton>
          )}
          {state === 'open' && <PaneButton onClick={leave}>Detach</PaneButton>}
          <Link
            to="/runs/$id"
            params={{ id: run.id }}
            className="inline-flex min-h-11 items-center rounded-control px-3 font-medium hover:bg-term-line hover:text-term-ink"
          >
            Its run
          </Link>
        </span>
      </header>
      <div className="min-h-0 flex-1 p-2">
        <div ref={place} className="h-full font-mono" />
      </div>
      <div
        role="group"
        aria-label="Keys"
        className="flex overflow-x-auto border-t border-term-line wide:hidden [scrollbar-width:none]"
      >
        {KEYS.map(([text, bytes, name]) => (
          <PaneButton key={name} label={name} onClick={() => type(bytes)}>
            {text}
          </PaneButton>
        ))}
      </div>
    </section>
  );
}

interface PaneButtonProps {
  readonly label?: string;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

function PaneButton({ label, onClick, children }: PaneButtonProps): ReactNode {
  return (
    <button
      type="button"
      aria-label={label}
      onClick={onClick}
      className={`min-h-11 min-w-11 flex-1 rounded-control font-medium whitespace-nowrap text-term-muted hover:bg-term-line hover:text-term-ink ${label === undefined ? 'px-3' : 'px-1'}`}
    >
      {children}
    </button>
  );
}

interface LiveTerminal {
  readonly state: LineState;
  readonly why: string | null;
  readonly type: (text: string) => void;
}

/** Ties a terminal in that place to the run while it is shown. */
function useTerminal(run: Run, place: { readonly current: HTMLDivElement | null }): LiveTerminal {
  const [{ state, why }, become] = useState<{ readonly state: LineState; readonly why: string | null }>({
    state: 'connecting',
    why: null,
  });
  const typed = useRef<(text: string) => void>(() => undefined);
  useEffect(() => {
    if (place.current === null) return undefined;
    const screen = openTerminal(place.current);
    const line = new TerminalLine(errand.runs.of(run), {
      write: (bytes) => screen.write(bytes),
      become: (next, reason) => {
        if (next === 'ended' || next === 'failed') screen.rest();
        become({ state: next, why: reason ?? null });
      },
    });
    const stop = tie(screen, line);
    typed.current = (text) => {
      line.type(text);
      screen.terminal.focus();
    };
    screen.terminal.focus();
    void line.follow();
    return () => {
      stop();
      line.close();
      screen.close();
    };
  }, [run.id]);
  return { state, why, type: (text) => typed.current(text) };
}

/** Answers how to untie them. */
function tie({ terminal }: OpenTerminal, line: TerminalLine): () => void {
  const size = (): { readonly rows: number; readonly columns: number } => ({
    rows: terminal.rows,
    columns: terminal.cols,
  });
  const ties = [terminal.onData((text) => line.type(text)), terminal.onResize(() => line.resize(size()))];
  line.resize(size());
  return () => {
    for (const each of ties) each.dispose();
  };
}
