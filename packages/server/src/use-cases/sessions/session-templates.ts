import type { SessionSpecWish } from '@errand/contract';
import { ErrandError, type FileSpec } from '@errand/core';

/** The templates of the configuration. */
export interface SessionTemplates {
  list(): readonly TemplateInfo[];
  /**
   * What a template makes of these parameters. Values become whole arguments, variables, options or words of a path, or parts of one, and never part of a
   * shell's text. Throws `not_found` for an unknown name, `invalid` with every misfit, `unavailable` where its asset source does not answer.
   */
  resolve(name: string, params: Readonly<Record<string, unknown>>): Promise<ResolvedTemplate>;
}

export interface ResolvedTemplate {
  readonly wish: SessionSpecWish;
  /** What its asset source has listed for these parameters. */
  readonly files: readonly FileSpec[];
  /** With defaults filled in; secret ones only by name. */
  readonly params: Readonly<Record<string, unknown>>;
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
  resolve: async (name) => {
    throw new ErrandError('not_found', `there is no template ${name}; none is configured`);
  },
};
