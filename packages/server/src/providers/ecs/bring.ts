/** Where a task has what is ours: agent and keeper, which nobody can change; and what agent and keeper write. */
export const TOOLS = '/.errand';
export const WORK = '/.errand-run';
export const KEEPER = `${TOOLS}/keeper`;
export const AGENT = `${TOOLS}/agent.mjs`;
export const SOCKET = `${WORK}/keeper.sock`;

/**
 * What the first container of a task executes: it brings agent and keeper from the control plane, whole or not at all, and opens the folders that the
 * other two share to whoever they run as. It gives up after a while, and ECS then ends the task.
 */
const SCRIPT = `
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const [url, tools, seconds, ...shared] = process.argv.slice(1);
const fetched = async (name) => {
  const answer = await fetch(url + '/agent/' + name, { signal: AbortSignal.timeout(30000) });
  if (!answer.ok) throw new Error(name + ': HTTP ' + answer.status);
  return Buffer.from(await answer.arrayBuffer());
};
const bring = async () => {
  const sums = String(await fetched('SHA256SUMS'));
  const files = { 'errand-agent.mjs': 'agent.mjs', ['errand-keeper-linux-' + process.arch]: 'keeper' };
  for (const [name, path] of Object.entries(files)) {
    const bytes = await fetched(name);
    const sum = createHash('sha256').update(bytes).digest('hex');
    if (!sums.includes(sum + '  ' + name)) throw new Error(name + ' came damaged');
    fs.writeFileSync(tools + '/' + path, bytes, { mode: 0o755 });
  }
  for (const folder of shared) fs.chmodSync(folder, 0o1777);
};
const until = Date.now() + 1000 * seconds;
const again = () => bring().catch((error) => {
  console.error('errand: the control plane does not give the agent:', String(error.cause ?? error));
  if (Date.now() > until) process.exit(1);
  setTimeout(again, 1000);
});
again();`.trim();

/** Longer than a control plane needs to start again; the switch does not count yet. */
const PATIENCE_S = 120;

export function bringCommand(url: string, folders: readonly string[]): string[] {
  return ['node', '-e', SCRIPT, url, TOOLS, String(PATIENCE_S), WORK, ...folders];
}
