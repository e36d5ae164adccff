/**
 * The program of a warm module host: `node <this> call FILE URL SHA256` serves calls that arrive on descriptor 3 (the keeper's
 * `host` says how), one at a time; `node <this> describe FILE URL SHA256` says on descriptor 3 what the module exports about itself. It is bundled into
 * `program.ts`, because an agent is one file.
 */
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { MessageDecoder } from '../keeper/codec.ts';
import { describeModule } from './describe-module.ts';
import { loadModule, type ModuleFile } from './load-module.ts';
import { runCall } from './run-call.ts';

const CONTROL = 3;
const [mode = '', path = '', url = '', sha256 = ''] = process.argv.slice(2);
const file: ModuleFile = { path, url, sha256 };

if (mode === 'describe') {
  try {
    writeSync(CONTROL, JSON.stringify(describeModule(await loadModule(file))));
    process.exit(0);
  } catch (error) {
    console.error(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    process.exit(1);
  }
}

const control = new Socket({ fd: CONTROL, readable: true, writable: true });
const decoder = new MessageDecoder();
let abort = new AbortController();
control.on('data', (chunk: Buffer) => {
  for (const { type, fields } of decoder.push(chunk)) {
    if (type === 'A') abort.abort(new Error('the call is to end: it was canceled or its time is over'));
    if (type === 'C') void serve(fields.map(String));
  }
});
// Without its keeper nobody could end what it does.
control.on('close', () => process.exit(1));

/** One call; what goes wrong outside of the module's own function ends the host, and with it the call. */
async function serve([folder = '/', ...variables]: readonly string[]): Promise<void> {
  abort = new AbortController();
  environmentBecomes(variables);
  process.chdir(folder);
  const status = await runCall({ file, variables: process.env, signal: abort.signal, workDir: folder });
  await Promise.all([process.stdout, process.stderr].map(flushed));
  // The folder may be removed now, and one that is gone breaks whoever asks for it.
  process.chdir('/');
  const exitCode = process.exitCode;
  process.exitCode = undefined;
  control.write(Uint8Array.of(status === 0 ? Number(exitCode ?? 0) & 0xff : status));
}

/** Nothing of the call before stays. */
function environmentBecomes(variables: readonly string[]): void {
  for (const name of Object.keys(process.env)) delete process.env[name];
  for (const variable of variables) {
    const at = variable.indexOf('=');
    if (at > 0) process.env[variable.slice(0, at)] = variable.slice(at + 1);
  }
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
