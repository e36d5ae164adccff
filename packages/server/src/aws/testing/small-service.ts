/** A call of AWS's SDK, as its clients send it. */
export interface SmallCommand {
  readonly constructor: { readonly name: string };
  readonly input: unknown;
}

/** What a small service answers to each call, by the call's name. */
export type SmallAnswers<Service, Input> = Readonly<
  Record<string, (service: Service, input: Input) => object>
>;

/** Answers a call as the service would. `trouble` hears of it before; what that throws is the answer. */
export function answerOf<Service extends { readonly trouble: (call: string) => void }>(
  service: Service,
  answers: SmallAnswers<Service, never>,
  { constructor, input }: SmallCommand,
): object {
  const call = constructor.name.replace(/Command$/, '');
  service.trouble(call);
  const answer = answers[call];
  if (answer === undefined) throw new Error(`${call} is not known here`);
  return answer(service, input as never);
}

/** Of one page, so that nobody forgets to ask for the next. */
const PAGE = 2;

/** The page at a token, and the token of the next one; undefined: there is none. */
export function pageOf<Thing>(
  things: readonly Thing[],
  token = '0',
): { readonly page: readonly Thing[]; readonly next: string | undefined } {
  const from = Number(token);
  const next = from + PAGE < things.length ? String(from + PAGE) : undefined;
  return { page: things.slice(from, from + PAGE), next };
}
