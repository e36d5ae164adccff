import { type FormEvent, type ReactNode, useState } from 'react';
import { faultsOf, sentenceOf } from '../api/sentence.ts';
import { Button } from '../components/button.tsx';
import { TextField } from '../components/field.tsx';
import { Problem } from '../components/notice.tsx';
import { ArgumentFields } from '../scripts/argument-fields.tsx';
import { argumentsOf, faultOf, parametersOf, type Schema, typedFrom } from '../scripts/parameter.ts';
import type { Template } from './queries.ts';
import { aboutOf } from './session-wish.ts';
import { useCreate } from './use-create.ts';

/** A session as its template says, with a field for each parameter. */
export function TemplateForm({ template }: { readonly template: Template }): ReactNode {
  const parameters = parametersOf((template.params ?? {}) as Schema);
  const [typed, setTyped] = useState(() => typedFrom(parameters, {}));
  const [about, setAbout] = useState({ name: '', tags: '' });
  const [tried, setTried] = useState(false);
  const params = (): Record<string, never> => argumentsOf(parameters, typed) as Record<string, never>;
  const create = useCreate(() => ({
    ...aboutOf(about),
    template: template.name,
    ...(parameters.length === 0 ? {} : { params: params() }),
  }));
  const wrong = parameters.some((each) => faultOf(each, typed[each.name] ?? '') !== undefined);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (!wrong) create.mutate();
  };
  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-4">
      <ArgumentFields
        parameters={parameters}
        typed={typed}
        set={(name, text) => setTyped((before) => ({ ...before, [name]: text }))}
        tried={tried}
        faults={paramFaults(faultsOf(create.error))}
      />
      <TextField
        label="Name (optional)"
        hint="To find it again"
        value={about.name}
        onChange={(event) => setAbout({ ...about, name: event.target.value })}
      />
      {create.isError && <Problem>{sentenceOf(create.error)}</Problem>}
      <Button tone="primary" type="submit" icon="plus" disabled={create.isPending}>
        {create.isPending ? 'Asking…' : 'Make it'}
      </Button>
    </form>
  );
}

/** The server names them as `params.NAME`. */
function paramFaults(faults: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(faults).map(([field, sentence]) => [field.replace(/^params\./, ''), sentence]),
  );
}
