import type { ReactNode } from 'react';
import { FIELD, Field, TextField } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { type Draft, optionsSet } from './draft.ts';

export interface RunOptionsProps {
  readonly draft: Draft;
  readonly set: (change: Partial<Draft>) => void;
  readonly faults: Readonly<Record<string, string>>;
}

/** What most runs do without, folded away. */
export function RunOptions({ draft, set, faults }: RunOptionsProps): ReactNode {
  const count = optionsSet(draft);
  const text = (
    name: keyof Draft,
  ): { readonly value: string; readonly onChange: (event: { target: { value: string } }) => void } => ({
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
        <div className="hidden wide:block" />
        <Variables
          label="Environment"
          hint="NAME=value, one a line"
          value={draft.env}
          set={(env) => set({ env })}
          fault={faults['env']}
        />
        <Variables
          label="Secret environment"
          hint="Stored encrypted, never shown again"
          value={draft.secretEnv}
          set={(secretEnv) => set({ secretEnv })}
          fault={faults['secretEnv']}
        />
      </div>
    </details>
  );
}

interface VariablesProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly set: (text: string) => void;
  readonly fault: string | undefined;
}

function Variables({ label, hint, value, set, fault }: VariablesProps): ReactNode {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(control) => (
        <textarea
          className={`${FIELD} py-2 font-mono`}
          rows={3}
          spellCheck={false}
          autoCapitalize="off"
          value={value}
          onChange={(event) => set(event.target.value)}
          {...control}
        />
      )}
    </Field>
  );
}
