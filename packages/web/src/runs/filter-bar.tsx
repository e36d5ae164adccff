import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { usePlaces } from '../api/places.ts';
import { IconButton } from '../components/button.tsx';
import { FIELD, Field, TextField } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { useSlashFocus } from '../components/use-slash-focus.ts';
import { type FilterState, type RunFilter, SINCE, type Since, STATES } from './run-filter.ts';

const STATE_WORDS: Readonly<Record<FilterState, string>> = {
  open: 'Open',
  failed: 'Failed',
  succeeded: 'Succeeded',
  canceled: 'Canceled',
};

const SINCE_WORDS: Readonly<Record<Since, string>> = {
  hour: 'the last hour',
  day: 'the last day',
  week: 'the last week',
};

/** What is looked for: the state by one press, everything else folded away. */
export function FilterBar({ filter }: { readonly filter: RunFilter }): ReactNode {
  const navigate = useNavigate();
  const apply = (change: { readonly [Name in keyof RunFilter]?: RunFilter[Name] | undefined }): void => {
    const next = Object.entries({ ...filter, ...change }).filter(
      ([, value]) => value !== undefined && value !== '',
    );
    void navigate({ to: '/runs', search: Object.fromEntries(next), replace: true });
  };
  const count = Object.keys(filter).filter((name) => name !== 'state' && name !== 'text').length;
  // Taking the last filter back must not fold away what somebody is working with.
  const [unfolded, setUnfolded] = useState(count > 0);
  return (
    <div className="flex flex-col gap-1">
      <TextSearch key={filter.text ?? ''} value={filter.text} apply={(text) => apply({ text })} />
      <div
        role="group"
        aria-label="State"
        className="-mx-4 flex gap-1.5 overflow-x-auto px-4 pb-1 [scrollbar-width:none]"
      >
        <Choice pressed={filter.state === undefined} onClick={() => apply({ state: undefined })}>
          All
        </Choice>
        {(Object.keys(STATES) as FilterState[]).map((state) => (
          <Choice key={state} pressed={filter.state === state} onClick={() => apply({ state })}>
            {STATE_WORDS[state]}
          </Choice>
        ))}
      </div>
      <details
        className="group"
        open={unfolded}
        onToggle={({ currentTarget }) => setUnfolded(currentTarget.open)}
      >
        <summary className="inline-flex min-h-11 items-center gap-1.5 rounded-control pr-3 text-sm font-medium text-muted select-none hover:text-ink">
          <span className="transition-transform group-open:rotate-180">
            <Icon name="down" size={18} />
          </span>
          More filters{count > 0 && ` (${count} set)`}
        </summary>
        <div className="grid gap-4 pt-1 pb-2 wide:grid-cols-3">
          <PoolChoice value={filter.pool} choose={(pool) => apply({ pool })} />
          <SinceChoice value={filter.since} choose={(since) => apply({ since })} />
          <Late label="Tag" value={filter.tag} apply={(tag) => apply({ tag })} />
          <Late label="Name" value={filter.name} apply={(name) => apply({ name })} />
          <Late label="Owner" value={filter.owner} apply={(owner) => apply({ owner })} />
        </div>
      </details>
    </div>
  );
}

interface ChoiceProps {
  readonly pressed: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

function Choice({ pressed, onClick, children }: ChoiceProps): ReactNode {
  return (
    <button
      type="button"
      aria-pressed={pressed}
      onClick={onClick}
      className="min-h-11 min-w-11 shrink-0 rounded-full border border-line bg-surface px-4 text-sm font-medium text-muted hover:text-ink aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent"
    >
      {children}
    </button>
  );
}

interface ChooseProps<Value> {
  readonly value: Value | undefined;
  readonly choose: (value: Value | undefined) => void;
}

function PoolChoice({ value, choose }: ChooseProps<string>): ReactNode {
  const pools = usePlaces().data?.pools ?? [];
  return (
    <Field label="Pool">
      {(control) => (
        <select
          className={FIELD}
          value={value ?? ''}
          onChange={(event) => choose(event.target.value || undefined)}
          {...control}
        >
          <option value="">all</option>
          {pools.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      )}
    </Field>
  );
}

function SinceChoice({ value, choose }: ChooseProps<Since>): ReactNode {
  return (
    <Field label="Submitted in">
      {(control) => (
        <select
          className={FIELD}
          value={value ?? ''}
          onChange={(event) => choose((event.target.value || undefined) as Since | undefined)}
          {...control}
        >
          <option value="">all of the time</option>
          {(Object.keys(SINCE) as Since[]).map((since) => (
            <option key={since} value={since}>
              {SINCE_WORDS[since]}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** The words that are looked for; `/` leads here, Escape shows all again. */
function TextSearch({
  value,
  apply,
}: {
  readonly value: string | undefined;
  readonly apply: (text: string) => void;
}): ReactNode {
  const field = useRef<HTMLInputElement>(null);
  useSlashFocus(field);
  const [text, setText] = useState(value ?? '');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    apply(text.trim());
  };
  return (
    <form role="search" onSubmit={submit} className="relative mb-2 flex items-center">
      <span className="pointer-events-none absolute left-3 text-muted">
        <Icon name="search" size={18} />
      </span>
      <input
        ref={field}
        aria-label="Search in name, command and tags"
        placeholder="Find runs by words"
        className={`${FIELD} pr-12 pl-10`}
        type="text"
        enterKeyHint="search"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        maxLength={200}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && apply('')}
      />
      {value !== undefined && (
        <span className="absolute right-0">
          <IconButton icon="close" label="Search no more" onClick={() => apply('')} />
        </span>
      )}
    </form>
  );
}

/** Text is taken when Enter is pressed or the field is left, not at every letter. */
function Late({
  label,
  value,
  apply,
}: {
  readonly label: string;
  readonly value: string | undefined;
  readonly apply: (text: string) => void;
}): ReactNode {
  const [text, setText] = useState(value ?? '');
  return (
    <TextField
      label={label}
      value={text}
      enterKeyHint="search"
      onChange={(event) => setText(event.target.value)}
      onBlur={() => text !== (value ?? '') && apply(text.trim())}
      onKeyDown={(event) => event.key === 'Enter' && apply(text.trim())}
    />
  );
}
