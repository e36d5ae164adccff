import { Automaton } from './automaton.ts';
import { formsOf } from './encodings.ts';
import type { Patterns } from './masked-stream.ts';

/** What is looked for on account of these secrets. */
export function patternsOf(secrets: readonly string[]): Patterns {
  const forms = [...new Set(secrets)].flatMap(formsOf);
  let backwards: Automaton | undefined;
  return {
    forwards: new Automaton(forms),
    backwards: () => (backwards ??= new Automaton(forms.map((form) => form.toReversed()))),
  };
}

/** Where secrets are known to exist, but not any more what they are. */
export function patternsOfEverything(): Patterns {
  const automaton = new Automaton(Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)));
  return { forwards: automaton, backwards: () => automaton };
}
