import { pathToFileURL } from 'node:url';
import type { Lease, OfferedScript } from '@errand/contract';
import { expandCommand } from '@errand/contract/wire';
import type { LinkVariable } from '../module-host/control-plane.ts';
import type { Logger, ResolvedCall, Scripts } from '../ports.ts';
import type { CodeStore } from './code-store.ts';
import { kindOf, readScriptFile, sha256Of } from './script-file.ts';
import { type DescribeModule, definitionIn, type FolderScript, ScriptFolder } from './script-folder.ts';
import { SHIPPED } from './shipped.ts';

export interface AgentScriptsOptions {
  readonly store: CodeStore;
  /** Scripts that it offers. */
  readonly folder: string | undefined;
  /** Refuse everything but the scripts of the folder, and shipped ones that `allow` names. */
  readonly only: boolean;
  readonly allow: readonly string[];
  /** How shipped modules reach the control plane; others learn the address only. */
  readonly link: (() => LinkVariable) | null;
  readonly describe: DescribeModule;
  readonly log: Logger;
}

type Call = NonNullable<Lease['script']>;

/** The scripts of an agent: those that it ships, those of its folder (which win), and modules that come with their leases. */
export class AgentScripts implements Scripts {
  readonly only: boolean;
  readonly #options: AgentScriptsOptions;
  readonly #shipped: ReadonlyMap<string, (typeof SHIPPED)[number]>;
  readonly #folder: ScriptFolder | undefined;
  #listener: () => void = () => {};

  constructor(options: AgentScriptsOptions) {
    const { folder, only, allow, describe, log } = options;
    this.#options = options;
    this.only = only;
    const shipped = SHIPPED.filter(({ offered }) => !only || allow.includes(offered.name));
    this.#shipped = new Map(shipped.map((one) => [one.offered.name, one]));
    if (folder === undefined) return;
    this.#folder = new ScriptFolder({ folder, describe, log, onChange: () => this.#listener() });
  }

  async open(): Promise<void> {
    await this.#folder?.open();
  }

  get offered(): readonly OfferedScript[] {
    const own = [...(this.#folder?.scripts.values() ?? [])].map(({ offered }) => offered);
    const names = new Set(own.map(({ name }) => name));
    const shipped = [...this.#shipped.values()].map(({ offered }) => offered);
    return [...own, ...shipped.filter(({ name }) => !names.has(name))];
  }

  modules(): readonly string[] {
    return this.#options.store.modules();
  }

  resolve(lease: Lease): ResolvedCall {
    const { script } = lease;
    if (script?.source === 'offered') return this.#offeredCall(script);
    if (this.only) return refused(this.#onlySentence());
    if (script?.source === 'module') return this.#moduleCall(script);
    return { kind: 'command', argv: lease.argv, env: {} };
  }

  onChange(listener: () => void): void {
    this.#listener = listener;
  }

  close(): void {
    this.#folder?.close();
  }

  #onlySentence(): string {
    const names = this.offered.map(({ name }) => name).join(', ');
    return `this agent executes its own scripts only (--only-scripts): ${names === '' ? 'it has none' : names}`;
  }

  #moduleCall({ name, sha256, text }: Call): ResolvedCall {
    const { store } = this.#options;
    if (sha256 === null) return refused(`the module ${name} came without its SHA-256`);
    if (text !== null && sha256Of(Buffer.from(text)) !== sha256) {
      return refused(`the source of the module ${name} is not the one with the SHA-256 ${sha256}`);
    }
    const path = text === null ? store.find(sha256, '.module') : store.keep(Buffer.from(text), '.module');
    if (path === undefined)
      return refused(`this agent does not have the source of the module ${name} any more`);
    const place = { path, url: pathToFileURL(path).href, sha256 };
    return { kind: 'module', place, env: this.#link({ shipped: false }) };
  }

  #offeredCall(call: Call): ResolvedCall {
    const own = this.#folder?.scripts.get(call.name);
    if (own !== undefined) return this.#folderCall(call, own);
    const shipped = this.#shipped.get(call.name);
    if (shipped === undefined) return refused(`this agent does not offer a script ${call.name}`);
    const { sha256 } = shipped.offered;
    if (isOther(call, sha256)) return refused(changed(call, sha256));
    const path = this.#options.store.keep(Buffer.from(shipped.text), '.mjs');
    const place = { path, url: pathToFileURL(path).href, sha256 };
    return { kind: 'module', place, env: this.#link({ shipped: true }) };
  }

  /** The bytes that are read here are those that are executed: from a copy, whatever happens to the file meanwhile. */
  #folderCall(call: Call, { file }: FolderScript): ResolvedCall {
    const { store, folder = '' } = this.#options;
    try {
      const read = readScriptFile(folder, file);
      if (isOther(call, read.sha256)) return refused(changed(call, read.sha256));
      const env = { ERRAND_SCRIPT_DIR: folder };
      const kind = kindOf(file);
      if (kind === 'module') {
        const place = {
          path: store.keep(read.bytes, '.own'),
          url: pathToFileURL(read.path).href,
          sha256: read.sha256,
        };
        return { kind: 'module', place, env: { ...env, ...this.#link({ shipped: false }) } };
      }
      if (kind === 'other') return { kind: 'command', argv: [store.keep(read.bytes, '.run', 0o500)], env };
      const { code } = definitionIn(read, call.name);
      if (code === null) return refused(`the script ${call.name} has no command any more`);
      const isShell = code.kind === 'shell';
      const argv = isShell ? ['/bin/sh', '-c', code.text] : expandCommand(code.argv, call.args);
      return argv.length === 0
        ? refused(`nothing is left of the command of ${call.name}`)
        : { kind: 'command', argv, env };
    } catch (error) {
      return refused(
        `the script ${call.name} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  #link({ shipped }: { readonly shipped: boolean }): Readonly<Record<string, string>> {
    const { link } = this.#options;
    if (link === null) return {};
    const known = link();
    return { ERRAND_LINK: JSON.stringify(shipped ? known : { url: known.url }) };
  }
}

/** Asked for by the SHA-256 of another file. */
function isOther({ sha256 }: Call, found: string): boolean {
  return sha256 !== null && sha256 !== found;
}

function changed({ name, sha256 }: Call, found: string): string {
  return `the script ${name} has changed: it was asked for with the SHA-256 ${sha256 ?? ''}, and is ${found} now`;
}

function refused(why: string): ResolvedCall {
  return { kind: 'refused', why };
}
