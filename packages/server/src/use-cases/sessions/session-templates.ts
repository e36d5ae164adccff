import type { SessionSpecWish } from '@errand/contract';
import { ErrandError } from '@errand/core';

/** The templates of the configuration. */
export interface SessionTemplates {
  list(): readonly TemplateInfo[];
  /**
   * The wish that a template makes of these parameters. Values become whole arguments or variables, or parts of one, and never part of a
   * shell's text. Throws `not_found` for an unknown name, `invalid` with every misfit.
   */
  resolve(name: string, params: Readonly<Record<string, unknown>>): SessionSpecWish;
}

export interface TemplateInfo {
  readonly name: string;
  readonly description: string | null;
  /** JSON Schema of the parameters. */
  readonly params: unknown;
}

/** Where the configuration has none. */
export const noTemplates: SessionTemplates = {
  list: () => [],
  resolve: (name) => {
    throw new ErrandError('not_found', `there is no template ${name}; none is configured`);
  },
};
