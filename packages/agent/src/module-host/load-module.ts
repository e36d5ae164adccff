import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import * as nodeModule from 'node:module';

/** A module as it is executed: these bytes, under the name by which it finds its neighbours. */
export interface ModuleFile {
  readonly path: string;
  /** Of the original file: what it imports by a relative path is looked for from there. Ends in .ts or .mts where it is TypeScript. */
  readonly url: string;
  readonly sha256: string;
}

export type ModuleExports = Readonly<Record<string, unknown>>;

/** Imports a module from bytes that are checked after they were read, so that nothing can change in between. Rejects with a sentence. */
export async function loadModule({ path, url, sha256 }: ModuleFile): Promise<ModuleExports> {
  const bytes = readFileSync(path);
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw new Error(`the source of this module is not the one with the SHA-256 ${sha256}`);
  }
  return await importAs(url, javaScriptOf(bytes.toString(), url), path);
}

/** Since Node 22.15 a hook can give the source; before it, the module lies elsewhere and finds no neighbours. */
async function importAs(url: string, source: string, path: string): Promise<ModuleExports> {
  if (typeof nodeModule.registerHooks !== 'function') {
    const copy = `${path}.${process.pid}.mjs`;
    writeFileSync(copy, source, { mode: 0o600 });
    return (await import(`file://${copy}`)) as ModuleExports;
  }
  nodeModule.registerHooks({
    load: (asked, context, next) =>
      asked === url ? { format: 'module', source, shortCircuit: true } : next(asked, context),
  });
  return (await import(url)) as ModuleExports;
}

/** Plain JavaScript stays as it is, to the byte. */
function javaScriptOf(text: string, url: string): string {
  const declared = /\.m?ts$/.test(url);
  // A registered module does not say which of the two it is; only what cannot be JavaScript is taken for TypeScript.
  if (!declared && !url.endsWith('.module')) return text;
  if (typeof nodeModule.stripTypeScriptTypes !== 'function') {
    if (!declared) return text;
    throw new Error(
      `this module is TypeScript, which Node ${process.versions.node} cannot run: give the agent Node 22.18, 24 or later`,
    );
  }
  try {
    return nodeModule.stripTypeScriptTypes(text);
  } catch (error) {
    if (!declared) return text;
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`only types that can be erased may be used in a module (no enum, no namespace): ${why}`, {
      cause: error,
    });
  }
}
