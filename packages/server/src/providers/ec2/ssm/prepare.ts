import { type KeeperScripts, keeperScripts, LOOK } from './machine-scripts.ts';
import type { SsmCarrier } from './ssm-carrier.ts';

export interface PrepareParts {
  readonly carrier: Pick<SsmCarrier, 'carry'>;
  readonly keepers: (arch: string) => string | undefined;
}

/** `keeper`: it is there, so that the end of a tree can be proven. */
export interface Prepared {
  readonly keeper: boolean;
}

/** What the kernel calls processors, in Node's words. */
const PROCESSORS: Readonly<Record<string, string>> = { x86_64: 'x64', aarch64: 'arm64' };

/** Brings the keeper to a machine that only SSM reaches, unless it is there. Repeatable; rejects with a sentence where the machine cannot be reached. */
export async function prepare(parts: PrepareParts, machine: string, signal: AbortSignal): Promise<Prepared> {
  const said = await ask(parts, { machine, script: LOOK, note: 'errand look', signal });
  if (!said.trimEnd().endsWith('end')) throw new Error(`${machine} does not say what it is`);
  const [, processor = ''] = /^machine (\S+)/m.exec(said) ?? [];
  const build = parts.keepers(PROCESSORS[processor] ?? processor);
  if (build === undefined) return { keeper: false };
  const scripts = keeperScripts(build);
  if (said.includes(`keeper ${scripts.sha256}`)) return { keeper: true };
  return await bring(parts, { machine, scripts, signal });
}

async function bring(
  parts: PrepareParts,
  {
    machine,
    scripts,
    signal,
  }: { readonly machine: string; readonly scripts: KeeperScripts; readonly signal: AbortSignal },
): Promise<Prepared> {
  const part = async (script: string, index: number): Promise<void> => {
    const said = await ask(parts, { machine, script, note: `errand keeper ${index + 1}`, signal });
    if (!said.includes('there')) throw new Error(`the keeper could not be brought to ${machine}`);
  };
  await Promise.all(scripts.parts.map(part));
  const said = await ask(parts, { machine, script: scripts.last, note: 'errand keeper', signal });
  if (said.includes('ready')) return { keeper: true };
  if (said.includes('refused')) return { keeper: false };
  throw new Error(`the keeper did not come to ${machine} whole: ${said.trim()}`);
}

async function ask(parts: PrepareParts, order: Parameters<SsmCarrier['carry']>[0]): Promise<string> {
  const carried = await parts.carrier.carry(order);
  if (carried.kind === 'gone') throw new Error(`${order.machine} does not run any more`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of carried.output) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
