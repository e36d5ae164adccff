import { type ReactNode, useState } from 'react';
import { Icon } from '../components/icon.tsx';

/** Deeper or longer than this is opened on demand. */
const OPEN_DEPTH = 2;
const STEP = 100;

export interface JsonTreeProps {
  readonly value: unknown;
  readonly name?: string;
  readonly depth?: number;
}

/** Any JSON value, branch by branch. */
export function JsonTree({ value, name, depth = 0 }: JsonTreeProps): ReactNode {
  if (typeof value !== 'object' || value === null) return <Leaf value={value} name={name} />;
  return <Branch value={value} name={name} depth={depth} />;
}

function Leaf({ value, name }: { readonly value: unknown; readonly name: string | undefined }): ReactNode {
  return (
    <p className="py-0.5 font-mono text-sm break-words whitespace-pre-wrap">
      {name !== undefined && <span className="text-muted">{name}: </span>}
      <span className={typeof value === 'string' ? 'text-good' : 'text-accent'}>{JSON.stringify(value)}</span>
    </p>
  );
}

function Branch({
  value,
  name,
  depth,
}: {
  readonly value: object;
  readonly name: string | undefined;
  readonly depth: number;
}): ReactNode {
  const [open, setOpen] = useState(depth < OPEN_DEPTH);
  const [shown, setShown] = useState(STEP);
  const entries = Object.entries(value);
  const kind = Array.isArray(value)
    ? `list of ${entries.length}`
    : `${entries.length} ${entries.length === 1 ? 'field' : 'fields'}`;
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="-ml-1 flex min-h-11 items-center gap-1 rounded-control pr-3 font-mono text-sm hover:bg-sunken"
      >
        <span className={open ? '' : '-rotate-90'}>
          <Icon name="down" size={16} />
        </span>
        {name !== undefined && <span>{name}:</span>}
        <span className="text-muted">{kind}</span>
      </button>
      {open && (
        <div className="ml-2 border-l border-line pl-3">
          {entries.slice(0, shown).map(([key, each]) => (
            <JsonTree key={key} name={key} value={each} depth={depth + 1} />
          ))}
          {entries.length > shown && (
            <button
              type="button"
              className="min-h-11 text-sm text-accent"
              onClick={() => setShown(shown + STEP)}
            >
              {entries.length - shown} more
            </button>
          )}
        </div>
      )}
    </div>
  );
}
