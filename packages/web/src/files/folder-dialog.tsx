import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { errand } from '../api/errand.ts';
import { sentenceOf } from '../api/sentence.ts';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { TextField } from '../components/field.tsx';
import { below } from './path.ts';
import { folderChanged } from './queries.ts';

export interface FolderDialogProps {
  readonly id: string;
  /** In which the new one goes. */
  readonly folder: string;
  readonly close: () => void;
}

/** Asks for the name of a new folder and makes it. */
export function FolderDialog({ id, folder, close }: FolderDialogProps): ReactNode {
  const [name, setName] = useState('');
  const make = useMutation({
    mutationFn: () => errand.sessions.files(id).makeFolder(below(folder, name.trim())),
    onSuccess: () => {
      folderChanged(id);
      close();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <Dialog title="New folder" close={close}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label="Name"
          hint="With slashes: one in the other"
          autoCapitalize="off"
          spellCheck={false}
          value={name}
          onChange={(event) => setName(event.target.value)}
          fault={make.isError ? sentenceOf(make.error) : undefined}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Close</Button>
          <Button tone="primary" type="submit" disabled={make.isPending || name.trim() === ''}>
            Make it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
