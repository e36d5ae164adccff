import { type ComponentProps, type ReactNode, useId } from 'react';

/** Everything that is filled in looks like this. */
export const FIELD =
  'min-h-11 w-full min-w-0 rounded-control border border-strong-line bg-surface px-3 text-ink placeholder:text-muted aria-invalid:border-bad';

export interface FieldProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly fault?: string | undefined;
  readonly children: (props: FieldControl) => ReactNode;
}

/** What ties a control to its label, hint and fault. */
export interface FieldControl {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean | undefined;
}

/** A control with its name above it, and below it what it wants or what is wrong with it. */
export function Field({ label, hint, fault, children }: FieldProps): ReactNode {
  const id = useId();
  const about = fault ?? hint;
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children({
        id,
        'aria-describedby': about === undefined ? undefined : `${id}-about`,
        'aria-invalid': fault === undefined ? undefined : true,
      })}
      {about !== undefined && (
        <p id={`${id}-about`} className={`text-sm ${fault === undefined ? 'text-muted' : 'text-bad'}`}>
          {about}
        </p>
      )}
    </div>
  );
}

export interface TextFieldProps extends Omit<ComponentProps<'input'>, 'className' | 'children'> {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly fault?: string | undefined;
}

export function TextField({ label, hint, fault, ...rest }: TextFieldProps): ReactNode {
  return (
    <Field label={label} hint={hint} fault={fault}>
      {(control) => <input className={FIELD} autoComplete="off" {...rest} {...control} />}
    </Field>
  );
}

export interface LinesFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly set: (text: string) => void;
  readonly fault: string | undefined;
}

/** Text of several lines that a program reads. */
export function LinesField({ label, hint, value, set, fault }: LinesFieldProps): ReactNode {
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
