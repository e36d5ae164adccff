import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type KeyboardEvent, type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import { errand } from '../api/errand.ts';
import { usePlaces } from '../api/places.ts';
import { putRun } from '../api/runs.ts';
import { faultsOf, sentenceOf } from '../api/sentence.ts';
import { Button } from '../components/button.tsx';
import { Problem } from '../components/notice.tsx';
import { useSlashFocus } from '../components/use-slash-focus.ts';
import { mayTouch, useSession } from '../session/use-session.ts';
import { clearHistory, remember } from './command-history.ts';
import { type Draft, EMPTY, isForAll, type LinkDraft, requestOf } from './draft.ts';
import { RunOptions } from './run-options.tsx';
import { defaultTarget, TargetSelect } from './target-select.tsx';
import { useRecall } from './use-recall.ts';

const LAST_TARGET = 'errand.target';

export interface RunBoxProps {
  readonly from: LinkDraft;
  /** Where everything goes; without it that is chosen here. */
  readonly place?: string;
  /** `clear` and `history` are words to this page, not commands; without it they are commands. */
  readonly onWord?: (word: 'clear' | 'history' | 'history clear') => void;
  /** Told the ids of the runs. */
  readonly onStart: (ids: readonly string[]) => void;
}

/** The box: what is typed into it runs when Enter is pressed. */
export function RunBox({ from, place, onWord, onStart }: RunBoxProps): ReactNode {
  const session = useSession().data;
  const places = usePlaces().data;
  const [draft, setDraft] = useState<Draft>({ ...EMPTY, ...from });
  const [starts, setStarts] = useState(0);
  const set = (change: Partial<Draft>): void => setDraft((before) => ({ ...before, ...change }));
  const box = useRef<HTMLTextAreaElement>(null);
  const recall = useRecall((command) => set({ command }));
  useSlashFocus(box);
  useGrowing(box, draft.command);
  const admin = session?.role === 'admin';
  const target =
    place ?? (draft.target || defaultTarget(places, localStorage.getItem(LAST_TARGET) ?? '', admin));
  const start = useStart((ids) => {
    setDraft(({ target: kept }) => ({ ...EMPTY, target: kept }));
    setStarts((before) => before + 1);
    onStart(ids);
  });
  const submit = (event?: FormEvent): void => {
    event?.preventDefault();
    const word = onWord && /^(clear|history|history clear)$/.exec(draft.command.trim())?.[1];
    recall.begin();
    if (word !== undefined) {
      if (word === 'history clear') clearHistory();
      onWord?.(word as 'clear');
      set({ command: '' });
    } else if (draft.command.trim() !== '' && !start.isPending) start.mutate({ ...draft, target });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) submit(event);
    else recall.onKey(event);
  };
  if (!mayTouch(session)) return <Problem>This key may look, but not run anything.</Problem>;
  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      <textarea
        ref={box}
        aria-label="Command"
        className="min-h-14 w-full resize-none rounded-card border border-strong-line bg-surface px-4 py-3.5 font-mono text-ink shadow-xs placeholder:text-muted"
        rows={1}
        placeholder="Type a command"
        enterKeyHint="go"
        spellCheck={false}
        autoCapitalize="off"
        autoCorrect="off"
        autoComplete="off"
        value={draft.command}
        onChange={(event) => {
          recall.begin();
          set({ command: event.target.value });
        }}
        onKeyDown={onKeyDown}
      />
      <div className="flex items-center gap-2">
        <div className="min-w-0 flex-1 wide:max-w-xs">
          {place === undefined && (
            <TargetSelect
              places={places}
              value={target}
              admin={admin}
              forAll
              onChange={(chosen) => set({ target: chosen })}
            />
          )}
        </div>
        <Button
          tone="primary"
          type="submit"
          icon="run"
          disabled={draft.command.trim() === '' || start.isPending}
        >
          {start.isPending ? 'Starting…' : 'Run'}
        </Button>
      </div>
      {start.isError && <Problem>{sentenceOf(start.error)}</Problem>}
      {/* Anew, so folded, after each start: what was started appears below. */}
      <RunOptions key={starts} draft={draft} set={set} faults={faultsOf(start.error)} />
    </form>
  );
}

function useStart(
  done: (ids: readonly string[]) => void,
): ReturnType<typeof useMutation<readonly string[], Error, Draft>> {
  return useMutation<readonly string[], Error, Draft>({
    mutationFn: async (draft) => {
      const ids = await startRuns(draft);
      // A session is over one day; what is used again and again is a pool.
      if (!draft.target.startsWith('session:')) localStorage.setItem(LAST_TARGET, draft.target);
      remember(draft.command.trim());
      return ids;
    },
    onSuccess: done,
  });
}

async function startRuns(draft: Draft): Promise<readonly string[]> {
  if (isForAll(draft.target)) {
    const { runs } = await errand.groups.create({ run: requestOf(draft) });
    return runs.map(({ run }) => run);
  }
  const { latest } = await errand.runs.create(requestOf(draft));
  putRun(latest);
  return [latest.id];
}

/** As high as its text, up to a third of the screen. */
function useGrowing(box: { readonly current: HTMLTextAreaElement | null }, text: string): void {
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight + 2, innerHeight / 3)}px`;
  }, [box, text]);
}
