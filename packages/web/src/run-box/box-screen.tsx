import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { IconButton } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { Screen } from '../components/screen.tsx';
import { addCard, clearCards, removeCard, useCards } from './cards.ts';
import { readHistory } from './command-history.ts';
import type { LinkDraft } from './draft.ts';
import { RunBox } from './run-box.tsx';
import { RunCard } from './run-card.tsx';

/** The first screen: the box, and below it what was started from it. */
export function BoxScreen(): ReactNode {
  const from: LinkDraft = useSearch({ strict: false });
  const navigate = useNavigate();
  const cards = useCards();
  const [history, setHistory] = useState<readonly string[] | null>(null);
  const [filled, setFilled] = useState<LinkDraft>(from);
  const fromLink = from.command !== undefined;
  const onWord = (word: 'clear' | 'history' | 'history clear'): void => {
    if (word === 'clear') clearCards();
    setHistory(word === 'clear' ? null : readHistory());
  };
  return (
    <Screen title="Run">
      {fromLink && (
        <p className="flex items-start gap-2 rounded-control bg-accent-soft px-3 py-2.5 text-accent">
          <Icon name="edit" size={18} />A link filled this in. Nothing runs until you say so.
        </p>
      )}
      <RunBox
        key={JSON.stringify(filled)}
        from={filled}
        onWord={onWord}
        onStart={(ids) => {
          for (const id of ids.toReversed()) addCard(id);
          void navigate({ to: '/', search: {}, replace: true });
        }}
      />
      {history !== null && (
        <History
          commands={history}
          close={() => setHistory(null)}
          use={(command) => setFilled({ command })}
        />
      )}
      <div className="flex flex-col gap-4">
        {cards.map((id) => (
          <RunCard key={id} id={id} remove={() => removeCard(id)} />
        ))}
      </div>
      {cards.length === 0 && history === null && <Tips />}
    </Screen>
  );
}

interface HistoryProps {
  readonly commands: readonly string[];
  readonly close: () => void;
  readonly use: (command: string) => void;
}

/** What was run from this browser, the newest first. */
function History({ commands, close, use }: HistoryProps): ReactNode {
  return (
    <section aria-label="History" className="rounded-card border border-line bg-surface">
      <header className="flex items-center justify-between pl-4">
        <h2 className="font-semibold">History</h2>
        <IconButton icon="close" label="Close the history" onClick={close} />
      </header>
      {commands.length === 0 && (
        <p className="px-4 pb-4 text-muted">Nothing was run from this browser yet.</p>
      )}
      <ol className="max-h-80 overflow-y-auto">
        {commands.toReversed().map((command) => (
          <li key={command}>
            <button
              type="button"
              className="min-h-11 w-full px-4 py-2 text-left font-mono text-sm wrap-anywhere hover:bg-sunken"
              onClick={() => use(command)}
            >
              {command}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Tips(): ReactNode {
  return (
    <ul className="flex flex-col gap-2 pt-2 text-sm text-muted">
      <li>
        <Key>Enter</Key> runs it, <Key>Shift Enter</Key> begins a new line.
      </li>
      <li>
        <Key>↑</Key> and <Key>↓</Key> bring back what you ran before; <Key>/</Key> leads to the box.
      </li>
      <li>
        The words <Key>clear</Key> and <Key>history</Key> do what you expect.
      </li>
    </ul>
  );
}

function Key({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <kbd className="rounded border border-line bg-surface px-1.5 py-0.5 font-mono text-[13px] text-ink">
      {children}
    </kbd>
  );
}
