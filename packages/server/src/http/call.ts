import type { Answer, ParsedInput } from '@errand/contract';
import type { OperationId } from '@errand/contract/wire';
import type { Actor } from '../use-cases/actor.ts';

/** One call of an operation after authentication and validation. */
export interface Call<Id extends OperationId> {
  readonly actor: Actor;
  /** The network address it came from; null: this machine. */
  readonly address: string | null;
  readonly input: ParsedInput<Id>;
  readonly headers: Headers;
  readonly request: Request;
  /** The body of operations that take bytes. */
  readonly body: AsyncIterable<Uint8Array> | null;
  /** Aborts when the client goes away, its key is revoked, or the server drains. */
  readonly signal: () => AbortSignal;
  /** Breaks the connection off: the only way to say that a body is not whole once it has begun. */
  readonly hangUp: () => void;
}

/** What an operation does: its JSON answer, nothing, or a streamed response of its own making. */
export type Handler<Id extends OperationId> = (
  call: Call<Id>,
) => Promise<DeepReadonly<Answer<Id>> | Response>;

/** Answers are only read from here on, so a handler may return records as they are. */
type DeepReadonly<Value> = Value extends object
  ? { readonly [Key in keyof Value]: DeepReadonly<Value[Key]> }
  : Value;

/** One handler per operation of the contract; a missing or misnamed one does not compile. */
export type Handlers = { readonly [Id in OperationId]: Handler<Id> };

/** The handlers of some operations; the groups together make all of {@link Handlers}. */
export type SomeHandlers<Ids extends OperationId> = Pick<Handlers, Ids>;
