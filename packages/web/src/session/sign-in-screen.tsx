import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { errand } from '../api/errand.ts';
import { queryClient, SESSION } from '../api/query-client.ts';
import { sentenceOf } from '../api/sentence.ts';
import { Button } from '../components/button.tsx';
import { TextField } from '../components/field.tsx';
import { Problem } from '../components/notice.tsx';
import { useTitle } from '../components/screen.tsx';
import { noteSignIn } from './signed-in.ts';

/** A key in, a cookie out. `linkUsed`: somebody came with a link that is no longer good. */
export function SignInScreen({ linkUsed }: { readonly linkUsed: boolean }): ReactNode {
  useTitle('Sign in');
  const [key, setKey] = useState('');
  const signIn = useMutation({
    mutationFn: async (secret: string) => {
      await errand.signIn(secret);
      return await errand.whoAmI();
    },
    onSuccess: (session) => {
      noteSignIn();
      queryClient.setQueryData(SESSION, session);
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (key.trim() !== '') signIn.mutate(key.trim());
  };
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center gap-6 px-4 py-10">
      <div className="flex items-center gap-3">
        <img src="/icon.svg" alt="" width="44" height="44" />
        <div>
          <h1 className="text-2xl font-semibold tracking-tight">Errand</h1>
          <p className="text-muted">Run a command anywhere, watch it live.</p>
        </div>
      </div>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {linkUsed && (
          <Problem>
            This link was used before or is older than ten minutes. Restart errand up for a new one, or sign
            in with a key.
          </Problem>
        )}
        <TextField
          label="Key"
          type="password"
          name="key"
          autoComplete="current-password"
          placeholder="err_…"
          value={key}
          onChange={(event) => setKey(event.target.value)}
          hint="errand up printed one on its first start; errand key new makes more."
          fault={signIn.isError ? sentenceOf(signIn.error) : undefined}
          autoFocus
        />
        <Button tone="primary" type="submit" disabled={signIn.isPending || key.trim() === ''}>
          {signIn.isPending ? 'Signing in…' : 'Sign in'}
        </Button>
      </form>
    </main>
  );
}
