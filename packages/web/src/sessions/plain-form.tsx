import { type FormEvent, type ReactNode, useState } from 'react';
import { faultsOf, sentenceOf } from '../api/sentence.ts';
import { Button } from '../components/button.tsx';
import { FIELD, Field, LinesField, TextField, type TextFieldProps } from '../components/field.tsx';
import { Icon } from '../components/icon.tsx';
import { Problem } from '../components/notice.tsx';
import { NO_WISH, type SessionWish, sessionOf } from './session-wish.ts';
import { useCreate } from './use-create.ts';

type TextName = Exclude<keyof SessionWish, 'healthKind'>;

interface PartProps {
  readonly wish: SessionWish;
  readonly set: (change: Partial<SessionWish>) => void;
  readonly faults: Readonly<Record<string, string>>;
}

/** Everything a session may be made of; most of it folded away. */
export function PlainForm(): ReactNode {
  const [wish, setWish] = useState<SessionWish>(NO_WISH);
  const create = useCreate(() => sessionOf(wish));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate();
  };
  const part: PartProps = {
    wish,
    set: (change) => setWish((before) => ({ ...before, ...change })),
    faults: faultsOf(create.error),
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <First {...part} />
      <Folded title="Limits">
        <Limits {...part} />
      </Folded>
      <Folded title="Variables and volumes">
        <Inside {...part} />
      </Folded>
      {create.isError && <Problem>{sentenceOf(create.error)}</Problem>}
      <Button tone="primary" type="submit" icon="plus" disabled={create.isPending}>
        {create.isPending ? 'Asking…' : 'Make it'}
      </Button>
    </form>
  );
}

function First(part: PartProps): ReactNode {
  return (
    <div className="grid gap-4 wide:grid-cols-2">
      <TextField label="Name" hint="To find it again" {...text(part, 'name')} />
      <TextField
        label="Provider"
        placeholder="the first one"
        hint="Who makes it, such as process or docker"
        list="providers"
        autoCapitalize="off"
        {...text(part, 'provider')}
      />
      <datalist id="providers">
        <option value="process" />
        <option value="docker" />
        <option value="ec2" />
      </datalist>
      <TextField
        label="Image"
        placeholder="none"
        hint="Of a container or a machine"
        autoCapitalize="off"
        {...text(part, 'image')}
      />
      <TextField
        label="Command"
        placeholder="none"
        hint="Runs from its start on, with sh -c"
        autoCapitalize="off"
        {...text(part, 'shell')}
      />
      <TextField label="Ports" placeholder="none" hint="Such as 8080 3000" {...text(part, 'ports')} />
      <HealthField {...part} />
    </div>
  );
}

const HEALTH = {
  none: 'nothing: it counts as ready when it runs',
  path: 'a path is answered with 200',
  tcp: 'a port takes connections',
  command: 'a command succeeds',
} as const;
const HEALTH_HINTS = { path: '/health', tcp: '8080', command: 'test -e ready' } as const;

function HealthField({ wish, set, faults }: PartProps): ReactNode {
  const { healthKind } = wish;
  return (
    <div className="flex flex-col gap-2">
      <Field label="It is healthy when" fault={faults['health']}>
        {(control) => (
          <select
            className={FIELD}
            value={healthKind}
            onChange={(event) => set({ healthKind: event.target.value as SessionWish['healthKind'] })}
            {...control}
          >
            {Object.entries(HEALTH).map(([kind, words]) => (
              <option key={kind} value={kind}>
                {words}
              </option>
            ))}
          </select>
        )}
      </Field>
      {healthKind !== 'none' && (
        <input
          className={FIELD}
          aria-label="Its path, port or command"
          placeholder={HEALTH_HINTS[healthKind]}
          autoCapitalize="off"
          value={wish.health}
          onChange={(event) => set({ health: event.target.value })}
        />
      )}
    </div>
  );
}

function Limits(part: PartProps): ReactNode {
  return (
    <>
      <TextField
        label="Idle limit"
        placeholder="as the server says"
        hint="Stopped when nothing is done in it for so long, such as 30m; or never"
        {...text(part, 'idle')}
      />
      <TextField
        label="Longest life"
        placeholder="as the server says"
        hint="After a start, such as 8h"
        {...text(part, 'maxLife')}
      />
      <TextField label="Processors" inputMode="decimal" placeholder="no limit" {...text(part, 'cpus')} />
      <TextField label="Memory" placeholder="no limit" hint="Such as 512MiB" {...text(part, 'memory')} />
      <TextField
        label="Size"
        placeholder="as the provider says"
        hint="Kind of machine, such as t3.small"
        {...text(part, 'size')}
      />
      <TextField label="Tags" hint="Words, with spaces between them" {...text(part, 'tags')} />
    </>
  );
}

function Inside(part: PartProps): ReactNode {
  const lines = (name: TextName): Pick<Parameters<typeof LinesField>[0], 'value' | 'set' | 'fault'> => ({
    value: part.wish[name],
    set: (value) => part.set({ [name]: value }),
    fault: part.faults[name],
  });
  return (
    <>
      <LinesField label="Environment" hint="NAME=value, one a line" {...lines('env')} />
      <LinesField
        label="Secret environment"
        hint="Stored encrypted, never shown again"
        {...lines('secretEnv')}
      />
      <LinesField
        label="Volumes"
        hint="name:/path, one a line; kept when it is stopped"
        {...lines('volumes')}
      />
    </>
  );
}

function Folded({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactNode {
  return (
    <details className="group">
      <summary className="inline-flex min-h-11 items-center gap-1.5 rounded-control pr-3 text-sm font-medium text-muted select-none hover:text-ink">
        <span className="transition-transform group-open:rotate-180">
          <Icon name="down" size={18} />
        </span>
        {title}
      </summary>
      <div className="grid gap-4 pt-2 wide:grid-cols-2">{children}</div>
    </details>
  );
}

function text(
  { wish, set, faults }: PartProps,
  name: TextName,
): Pick<TextFieldProps, 'value' | 'onChange' | 'fault'> {
  return {
    value: wish[name],
    onChange: (event) => set({ [name]: event.target.value }),
    fault: faults[name],
  };
}
