import type { ReactNode } from 'react';
import { LinesField, TextField } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { type Draft, optionsSet } from './draft.ts';

export interface RunOptionsProps {
  readonly draft: Draft;
  readonly set: (change: Partial<Draft>) => void;
  readonly faults: Readonly<Record<string, string>>;
}

type TextOf = (name: keyof Draft) => {
  readonly value: string;
  readonly onChange: (event: { target: { value: string } }) => void;
};

/** What most runs do without, folded away. */
export function RunOptions({ draft, set, faults }: RunOptionsProps): ReactNode {
  const count = optionsSet(draft);
  const text: TextOf = (name) => ({
    value: draft[name],
    onChange: (event) => set({ [name]: event.target.value }),
  });
  return (
    <details className="group" open={Object.keys(faults).some((field) => field !== 'shell') || undefined}>
      <summary className="inline-flex min-h-11 items-center gap-1.5 rounded-control pr-3 text-sm font-medium text-muted select-none hover:text-ink">
        <span className="transition-transform group-open:rotate-180">
          <Icon name="down" size={18} />
        </span>
        Options{count > 0 && ` (${count} set)`}
      </summary>
      <div className="grid gap-4 pt-2 wide:grid-cols-2">
        <TextField
          label="Time limit"
          placeholder="none"
          hint="Such as 30s, 10m, 2h"
          fault={faults['timeout']}
          {...text('timeout')}
        />
        <TextField
          label="Attempts"
          inputMode="numeric"
          placeholder="1"
          hint="Tries in all, where it fails"
          fault={faults['retry.attempts']}
          {...text('attempts')}
        />
        <TextField label="Name" hint="To find it again" fault={faults['name']} {...text('name')} />
        <TextField
          label="Tags"
          hint="Words, with spaces between them"
          fault={faults['tags']}
          {...text('tags')}
        />
        <TextField
          label="Folder"
          placeholder="a new, empty one"
          hint="An absolute path where it runs"
          fault={faults['cwd']}
          {...text('cwd')}
        />
        <WhichAgents text={text} faults={faults} />
        <LinesField
          label="Environment"
          hint="NAME=value, one a line"
          value={draft.env}
          set={(env) => set({ env })}
          fault={faults['env']}
        />
        <LinesField
          label="Secret environment"
          hint="Stored encrypted, never shown again"
          value={draft.secretEnv}
          set={(secretEnv) => set({ secretEnv })}
          fault={faults['secretEnv']}
        />
        <LinesField
          label="Files to keep"
          hint="Patterns such as out/*.csv, one a line; kept when it has ended"
          value={draft.artifacts}
          set={(artifacts) => set({ artifacts })}
          fault={patternFault(faults)}
        />
      </div>
    </details>
  );
}

/** The server names the pattern that is wrong by its place. */
function patternFault(faults: Readonly<Record<string, string>>): string | undefined {
  return Object.entries(faults).find(([field]) => field.startsWith('artifacts'))?.[1];
}

interface WhichAgentsProps {
  readonly text: TextOf;
  readonly faults: Readonly<Record<string, string>>;
}

/** Who may serve it, and beside how many others. */
function WhichAgents({ text, faults }: WhichAgentsProps): ReactNode {
  return (
    <>
      <TextField
        label="Labels"
        hint="Only agents that have all of them, such as os=linux"
        fault={faults['labels']}
        {...text('labels')}
      />
      <TextField
        label="Concurrency key"
        hint="Runs with one key wait for each other"
        fault={faults['concurrencyKey']}
        {...text('concurrencyKey')}
      />
      <TextField
        label="At once"
        inputMode="numeric"
        placeholder="1"
        hint="How many with that key may run at once"
        fault={faults['concurrency']}
        {...text('concurrency')}
      />
    </>
  );
}
