import type { ReactNode } from 'react';
import { FIELD, Field, TextField } from '../components/field.tsx';
import { faultOf, type Parameter, type Typed } from './parameter.ts';

export interface ArgumentFieldsProps {
  readonly parameters: readonly Parameter[];
  readonly typed: Typed;
  readonly set: (name: string, text: string) => void;
  /** Faults of empty fields are said only once somebody tried. */
  readonly tried: boolean;
  /** What the server found, by name. */
  readonly faults: Readonly<Record<string, string>>;
}

/** A field for each argument of a script, checked as one types. */
export function ArgumentFields({ parameters, typed, set, tried, faults }: ArgumentFieldsProps): ReactNode {
  return parameters.map((parameter) => {
    const { name } = parameter;
    const text = typed[name] ?? '';
    const fault = text !== '' || tried ? faultOf(parameter, text) : undefined;
    const said = faults[`args.${name}`] ?? faults[name];
    return (
      <Argument
        key={name}
        parameter={parameter}
        text={text}
        fault={fault ?? said}
        set={(next) => set(name, next)}
      />
    );
  });
}

interface ArgumentProps {
  readonly parameter: Parameter;
  readonly text: string;
  readonly fault: string | undefined;
  readonly set: (text: string) => void;
}

function Argument({ parameter, text, fault, set }: ArgumentProps): ReactNode {
  const { title, required, hint, kind } = parameter;
  const about = { label: required ? title : `${title} (optional)`, hint, fault };
  if (kind === 'boolean') return <YesOrNo {...{ parameter, text, fault, set }} />;
  if (kind === 'choice') return <Choice {...{ parameter, text, fault, set }} />;
  if (kind === 'json' || kind === 'lines')
    return (
      <Field {...about} hint={hint ?? (kind === 'lines' ? 'One a line' : 'JSON')}>
        {(control) => (
          <textarea
            className={`${FIELD} py-2 font-mono`}
            rows={3}
            spellCheck={false}
            value={text}
            onChange={(event) => set(event.target.value)}
            {...control}
          />
        )}
      </Field>
    );
  return (
    <TextField
      {...about}
      type={kind === 'secret' ? 'password' : 'text'}
      inputMode={kind === 'integer' ? 'numeric' : kind === 'number' ? 'decimal' : undefined}
      autoComplete={kind === 'secret' ? 'new-password' : 'off'}
      value={text}
      onChange={(event) => set(event.target.value)}
    />
  );
}

function Choice({ parameter, text, fault, set }: ArgumentProps): ReactNode {
  const { title, required, hint, choices } = parameter;
  return (
    <Field label={required ? title : `${title} (optional)`} hint={hint} fault={fault}>
      {(control) => (
        <select className={FIELD} value={text} onChange={(event) => set(event.target.value)} {...control}>
          <option value="">{required ? 'Please choose' : 'none'}</option>
          {choices.map((choice) => (
            <option key={JSON.stringify(choice)} value={JSON.stringify(choice)}>
              {typeof choice === 'string' ? choice : JSON.stringify(choice)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function YesOrNo({ parameter, text, fault, set }: ArgumentProps): ReactNode {
  const { title, hint } = parameter;
  return (
    <div>
      <label className="flex min-h-11 items-center gap-3 font-medium">
        <input
          type="checkbox"
          className="size-5 accent-accent"
          checked={text === 'true'}
          onChange={(event) => set(String(event.target.checked))}
        />
        {title}
      </label>
      {(fault ?? hint) !== undefined && (
        <p className={`text-sm ${fault === undefined ? 'text-muted' : 'text-bad'}`}>{fault ?? hint}</p>
      )}
    </div>
  );
}
