import { type ReactNode, useState } from 'react';
import { FIELD, Field } from '../components/field.tsx';
import { Failure, Loading, Problem } from '../components/notice.tsx';
import { Screen } from '../components/screen.tsx';
import { mayTouch, useSession } from '../session/use-session.ts';
import { PlainForm } from './plain-form.tsx';
import { useTemplates } from './queries.ts';
import { TemplateForm } from './template-form.tsx';

/** Makes a session: from a template where there are some, or from what one says oneself. */
export function NewSessionScreen(): ReactNode {
  const { data: templates, error, refetch } = useTemplates();
  const [chosen, setChosen] = useState<string | null>(null);
  const touch = mayTouch(useSession().data);
  if (!touch)
    return (
      <Screen title="New session">
        <Problem>This key may look, but not make anything.</Problem>
      </Screen>
    );
  const name = chosen ?? templates?.[0]?.name ?? '';
  const template = templates?.find((each) => each.name === name);
  return (
    <Screen title="New session">
      {templates === undefined && error === null && <Loading rows={2} />}
      {templates === undefined && error !== null && <Failure error={error} again={() => void refetch()} />}
      {templates !== undefined && templates.length > 0 && (
        <Field label="Made from" hint={template?.description ?? undefined}>
          {(control) => (
            <select
              className={FIELD}
              value={name}
              onChange={(event) => setChosen(event.target.value)}
              {...control}
            >
              {templates.map((each) => (
                <option key={each.name}>{each.name}</option>
              ))}
              <option value="">no template</option>
            </select>
          )}
        </Field>
      )}
      {templates !== undefined && template === undefined && <PlainForm />}
      {template !== undefined && <TemplateForm key={template.name} template={template} />}
    </Screen>
  );
}
