import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { errand } from '../api/errand.ts';
import { PLACES } from '../api/places.ts';
import { queryClient } from '../api/query-client.ts';
import { faultsOf, sentenceOf } from '../api/sentence.ts';
import { Button } from '../components/button.tsx';
import { CopyLine } from '../components/copy-line.tsx';
import { Dialog } from '../components/dialog.tsx';
import { TextField } from '../components/field.tsx';
import { Problem } from '../components/notice.tsx';
import { Ago } from '../components/time.tsx';

/** Makes a token for one agent, and the line to paste on its machine. `pool` is empty where it is still to be named. */
export function JoinDialog({
  pool,
  close,
}: {
  readonly pool: string;
  readonly close: () => void;
}): ReactNode {
  const [name, setName] = useState(pool);
  const make = useMutation({
    mutationFn: () => errand.pools.createToken(name.trim()),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: PLACES }),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <Dialog title="Join an agent" close={close}>
      {make.data === undefined ? (
        <form onSubmit={submit} className="flex flex-col gap-4">
          <p className="text-muted">An agent needs no open port; it only calls this server.</p>
          <TextField
            label="Pool"
            hint="A name such as build; it is made if it is new"
            value={name}
            onChange={(event) => setName(event.target.value)}
            fault={make.isError ? (faultsOf(make.error)['name'] ?? sentenceOf(make.error)) : undefined}
            autoFocus
            autoCapitalize="off"
          />
          <div className="flex justify-end gap-2">
            <Button onClick={close}>Close</Button>
            <Button tone="primary" type="submit" disabled={make.isPending || name.trim() === ''}>
              Make a token
            </Button>
          </div>
        </form>
      ) : (
        <>
          <p className="text-muted">Paste this on the machine that is to serve {make.data.pool}:</p>
          <CopyLine
            label="the command for the agent"
            text={`curl -fsSL ${location.origin}/agent.sh | ERRAND_JOIN_TOKEN=${make.data.token} sh`}
          />
          <p className="text-sm text-muted">
            The token works once and ends <Ago time={make.data.expiresAt} />.
          </p>
          <Secret />
        </>
      )}
    </Dialog>
  );
}

function Secret(): ReactNode {
  return <Problem>Whoever has the line can become an agent, so do not share it.</Problem>;
}
