import type { RunFilter, RunRecord } from '@errand/core';

/** Everything fixed that a run is found by. The prefixes keep a tag apart from an owner of the same text. */
export function termsOf(run: Pick<RunRecord, 'name' | 'tags' | 'owner' | 'spec'>): readonly string[] {
  const { name, tags, owner, spec } = run;
  const names = name === null ? [] : [nameTerm(name)];
  const scripts = spec.script == null ? [] : [scriptTerm(spec.script.name)];
  const modules = spec.command.kind === 'module' ? [moduleTerm(spec.command.sha256)] : [];
  const sessions = spec.session == null ? [] : [sessionTerm(spec.session)];
  return [
    ...names,
    ...sessions,
    ...scripts,
    ...modules,
    ...new Set(tags.map(tagTerm)),
    ...scopesOf(owner).map(ownerTerm),
  ];
}

/** What a run that needs the source of a module is found by. */
export function moduleTerm(sha256: string): string {
  return `module ${sha256}`;
}

/** The terms a filter asks for, those that fewest runs are likely to have first. */
export function wantedTerms({ name, session, script, tags = [], ownerScope }: RunFilter): readonly string[] {
  const names = name === undefined ? [] : [nameTerm(name)];
  const scripts = script === undefined ? [] : [scriptTerm(script)];
  const scopes = ownerScope === undefined ? [] : [ownerTerm(ownerScope)];
  const sessions = session === undefined ? [] : [sessionTerm(session)];
  return [...names, ...sessions, ...scripts, ...tags.map(tagTerm), ...scopes];
}

/** `acme/user-7` is in the scopes `acme` and `acme/user-7`. */
function scopesOf(owner: string): readonly string[] {
  const segments = owner.split('/');
  return segments.map((_, index) => segments.slice(0, index + 1).join('/'));
}

function nameTerm(name: string): string {
  return `name ${name}`;
}

function sessionTerm(session: string): string {
  return `session ${session}`;
}

function scriptTerm(script: string): string {
  return `script ${script}`;
}

function tagTerm(tag: string): string {
  return `tag ${tag}`;
}

function ownerTerm(scope: string): string {
  return `owner ${scope}`;
}
