import type { Labels } from '../run/labels.ts';

/** No label of a user's has a colon. */
const PREFIX = 'script:';

/** The labels of an agent that offers a script: one for the name, one for exactly this file. */
export function offerLabels({ name, sha256 }: { readonly name: string; readonly sha256: string }): Labels {
  return { ...callLabels(name, null), ...callLabels(name, sha256) };
}

/** The labels that a call of an offered script wants of an agent; `sha256`: only in that file. */
export function callLabels(name: string, sha256: string | null): Labels {
  return { [`${PREFIX}${name}${sha256 === null ? '' : `:${sha256}`}`]: '1' };
}

/** The script that an agent must offer to have these labels; null: none. */
export function calledScript(
  labels: Labels,
): { readonly name: string; readonly sha256: string | null } | null {
  const label = Object.keys(labels).find((name) => name.startsWith(PREFIX));
  if (label === undefined) return null;
  const [name = '', sha256 = null] = label.slice(PREFIX.length).split(':');
  return { name, sha256 };
}

/** Without those that only say what is offered. */
export function ownLabels(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !name.startsWith(PREFIX)));
}
