import type { Run } from '@errand/sdk';
import { type KeyboardEvent, type ReactNode, useRef } from 'react';
import { IconButton } from '../components/button.tsx';
import { Icon } from '../components/icon.tsx';
import { useSlashFocus } from '../components/use-slash-focus.ts';
import type { LogFeed } from '../log/log-feed.ts';
import type { ChosenLook } from './use-log-look.ts';
import type { LogSearch } from './use-log-search.ts';

export interface LogToolbarProps {
  readonly run: Run;
  readonly attempt: number;
  readonly feed: LogFeed;
  readonly look: ChosenLook;
  readonly setLook: (look: ChosenLook) => void;
  readonly wanted: string;
  readonly setWanted: (text: string) => void;
  readonly search: LogSearch;
  /** Offset of the line that was found last. */
  readonly target: number | null;
  readonly onlyStderr: boolean;
  readonly setOnlyStderr: (only: boolean) => void;
}

/** Search, errors, and how the log is shown. */
export function LogToolbar(props: LogToolbarProps): ReactNode {
  const { run, attempt, feed, look, setLook, search, target, onlyStderr, setOnlyStderr } = props;
  const findError = (direction: 'forward' | 'back'): void =>
    search.findError(direction, beside(feed, target, direction));
  return (
    <div
      role="toolbar"
      aria-label="Output"
      className="flex shrink-0 flex-wrap items-center gap-x-1 border-b border-term-line bg-term px-2 text-term-muted wide:px-3"
    >
      <SearchField {...props} />
      <div className="flex items-center">
        <TextButton label="Error above" onClick={() => findError('back')}>
          <Icon name="warning" size={18} />
          <Icon name="up" size={16} />
        </TextButton>
        <TextButton label="Error below" onClick={() => findError('forward')}>
          <Icon name="warning" size={18} />
          <Icon name="down" size={16} />
        </TextButton>
      </div>
      <div className="ml-auto flex items-center">
        <TextButton label="Only stderr" pressed={onlyStderr} onClick={() => setOnlyStderr(!onlyStderr)}>
          <span className="font-mono text-[13px]">stderr</span>
        </TextButton>
        <IconButton
          dark
          icon="clock"
          label="Time stamps"
          aria-pressed={look.times}
          onClick={() => setLook({ ...look, times: !look.times })}
        />
        <IconButton
          dark
          icon="wrap"
          label="Wrap long lines"
          aria-pressed={look.wrap}
          onClick={() => setLook({ ...look, wrap: !look.wrap })}
        />
        <a
          href={`/v1/runs/${run.id}/log${attempt === 0 ? '' : `?attempt=${attempt}`}`}
          download={`${run.id}.log`}
          aria-label="Download all of it"
          title="Download all of it"
          className="inline-flex size-11 items-center justify-center rounded-control hover:bg-term-line hover:text-term-ink"
        >
          <Icon name="download" />
        </a>
      </div>
    </div>
  );
}

interface TextButtonProps {
  readonly label: string;
  readonly pressed?: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

function TextButton({ label, pressed, onClick, children }: TextButtonProps): ReactNode {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      onClick={onClick}
      className="inline-flex h-11 min-w-11 items-center justify-center rounded-control px-1 hover:bg-term-line hover:text-term-ink aria-pressed:bg-term-line aria-pressed:text-term-ink"
    >
      {children}
    </button>
  );
}

/** Enter looks further down, Shift and Enter further up; Escape gives up. */
function SearchField({ feed, wanted, setWanted, search, target }: LogToolbarProps): ReactNode {
  const field = useRef<HTMLInputElement>(null);
  useSlashFocus(field);
  const find = (direction: 'forward' | 'back'): void => {
    if (wanted !== '') search.find(wanted, direction, beside(feed, target, direction));
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') find(event.shiftKey ? 'back' : 'forward');
    if (event.key !== 'Escape') return;
    search.stop();
    setWanted('');
  };
  return (
    <div role="search" className="flex min-w-0 flex-1 basis-full items-center wide:max-w-md wide:basis-64">
      <Icon name="search" size={18} />
      <input
        ref={field}
        aria-label="Search in the output"
        placeholder="Search in all of the output"
        className="min-h-11 min-w-0 flex-1 rounded-control bg-transparent px-2 -outline-offset-2 text-term-ink placeholder:text-term-muted"
        type="text"
        enterKeyHint="search"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
        onKeyDown={onKey}
      />
      <span role="status" className="text-sm whitespace-nowrap">
        {search.says}
      </span>
      <IconButton dark icon="up" label="Find above" disabled={wanted === ''} onClick={() => find('back')} />
      <IconButton
        dark
        icon="down"
        label="Find below"
        disabled={wanted === ''}
        onClick={() => find('forward')}
      />
    </div>
  );
}

/** Where a search goes on: beside the line that was found last, else at the end that people look at. */
function beside(feed: LogFeed, target: number | null, direction: 'forward' | 'back'): number {
  if (target !== null) return direction === 'forward' ? behind(feed, target) : target;
  return direction === 'forward' ? 0 : feed.size;
}

/** The next line's offset: the line that was found may not be found again. */
function behind(feed: LogFeed, target: number): number {
  return feed.window.lines.find(({ start, end }) => start <= target && target < end)?.end ?? target + 1;
}
