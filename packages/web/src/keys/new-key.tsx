import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { errand } from '../api/errand.ts';
import { queryClient } from '../api/query-client.ts';
import { faultsOf, sentenceOf } from '../api/sentence.ts';
import { Button } from '../components/button.tsx';
import { CopyLine } from '../components/copy-line.tsx';
import { Dialog } from '../components/dialog.tsx';
import { FIELD, Field, TextField, type TextFieldProps } from '../components/field.tsx';
import { Problem } from '../components/notice.tsx';
import type { Session } from '../session/use-session.ts';

/** Roles that a key of each role may make, and what they are for. */
const ROLES = {
  viewer: 'viewer: looks',
  member: 'member: runs and cancels',
  service: 'service: acts for all below its owner',
  admin: 'admin: everything',
} as const;
type Role = keyof typeof ROLES;

interface Wish {
  readonly name: string;
  readonly role: Role;
  readonly owner: string;
  readonly expiresIn: string;
}

const MAKES: Readonly<Record<string, readonly Role[]>> = {
  admin: ['member', 'viewer', 'service', 'admin'],
  service: ['member', 'viewer', 'service'],
  member: ['member', 'viewer'],
};

/** Makes a key and shows its secret, this once. */
export function NewKey({
  session,
  close,
}: {
  readonly session: Session;
  readonly close: () => void;
}): ReactNode {
  const [wish, setWish] = useState<Wish>({ name: '', role: 'member', owner: '', expiresIn: '' });
  const make = useMutation({
    mutationFn: () => errand.keys.create(requestOf(wish)),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['keys'] }),
  });
  const faults = faultsOf(make.error);
  const text = (field: keyof Wish): Pick<TextFieldProps, 'value' | 'onChange' | 'fault'> => ({
    value: wish[field],
    onChange: (event) => setWish({ ...wish, [field]: event.target.value }),
    fault: faults[field],
  });
  if (make.data !== undefined) return <Made name={make.data.name} secret={make.data.secret} close={close} />;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <Dialog title="New key" close={close}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField label="Name" hint="Who or what uses it" required autoFocus {...text('name')} />
        <Field label="Role">
          {(control) => (
            <select
              className={FIELD}
              value={wish.role}
              onChange={(event) => setWish({ ...wish, role: event.target.value as Role })}
              {...control}
            >
              {(MAKES[session.role] ?? []).map((each) => (
                <option key={each} value={each}>
                  {ROLES[each]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <TextField
          label="Owner"
          placeholder={session.owner}
          hint="A path such as acme/ada"
          {...text('owner')}
        />
        <TextField label="Good for" placeholder="ever" hint="Such as 12h or 30d" {...text('expiresIn')} />
        {make.isError && <Problem>{sentenceOf(make.error)}</Problem>}
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Close</Button>
          <Button tone="primary" type="submit" disabled={make.isPending || wish.name.trim() === ''}>
            Make it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function requestOf({ name, role, owner, expiresIn }: Wish): Parameters<typeof errand.keys.create>[0] {
  return {
    name: name.trim(),
    role,
    ...(owner.trim() === '' ? {} : { owner: owner.trim() }),
    ...(expiresIn.trim() === '' ? {} : { expiresIn: expiresIn.trim() }),
  };
}

function Made({
  name,
  secret,
  close,
}: {
  readonly name: string;
  readonly secret: string;
  readonly close: () => void;
}): ReactNode {
  return (
    <Dialog title={`The key ${name}`} close={close}>
      <p className="text-muted">This is its secret. It is shown this once, so put it where it belongs now.</p>
      <CopyLine text={secret} label="Secret" />
      <div className="flex justify-end">
        <Button tone="primary" onClick={close}>
          Done
        </Button>
      </div>
    </Dialog>
  );
}
