import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineAddress } from './engine.ts';

const NAME = 'errand-docker-watchdog';

/**
 * The dead man's switch: a process of its own that looks every two seconds at the leases in the folder, kills the containers of those that have
 * run out, and ends itself when there has been nothing to watch for a minute. It outlives the control plane and needs nothing of it, not even the folder: once
 * that is gone nobody can renew, and what was known last counts. Removing it takes its time, so a lease that is not there any more counts while its container runs. What a killed container wrote is kept: it may be what its owner wants back. A text, because it must start without any other file of ours.
 */
const WATCHDOG = `
const fs = require('node:fs'), http = require('node:http'), os = require('node:os'), path = require('node:path');
const [, , folder, engine] = process.argv;
const own = path.join(folder, 'watchdog'), leases = path.join(folder, 'leases');
const read = (file) => { try { return fs.readFileSync(file, 'utf8').trim(); } catch { return ''; } };
const born = () => { try { const { ino, birthtimeMs } = fs.statSync(leases); return ino + ' ' + birthtimeMs; } catch { return ''; } };
const first = born();
const isThere = () => born() === first;
const known = new Map();
const written = () => isThere() ? fs.readdirSync(leases) : [];
const refresh = () => {
  for (const launch of written()) {
    const lease = read(path.join(leases, launch));
    if (lease !== '') known.set(launch, lease);
  }
};
const isReplaced = () => ![String(process.pid), ''].includes(read(own));
const boot = read('/proc/sys/kernel/random/boot_id') || '-';
const ask = (method, target) => new Promise((resolve, reject) => {
  const call = http.request({ ...JSON.parse(engine), method, path: target, agent: false, timeout: 10000 }, (answer) => {
    let text = '';
    answer.setEncoding('utf8').on('data', (chunk) => { text += chunk; }).on('error', reject);
    answer.on('end', () => answer.statusCode < 300 ? resolve(text) : reject(new Error(text)));
  });
  call.on('timeout', () => call.destroy(new Error('no answer'))).on('error', reject).end();
});
const isOver = (launch) => {
  const [since, until] = (known.get(launch) ?? '').split(' ');
  return since === boot && os.uptime() * 1000 >= Number(until);
};
const all = '/containers/json?filters=' + encodeURIComponent(JSON.stringify({ label: ['errand.launch'] }));
async function look() {
  refresh();
  const present = new Set(written());
  const vanished = [...known.keys()].filter((launch) => !present.has(launch));
  const over = [...known.keys()].filter(isOver);
  if (over.length === 0 && vanished.length === 0) return known.size;
  let running = 0;
  const containers = JSON.parse(await ask('GET', all));
  const launches = new Set(containers.map(({ Labels }) => Labels['errand.launch']));
  for (const launch of vanished) if (!launches.has(launch)) known.delete(launch);
  for (const { Id, Labels } of containers) {
    const launch = Labels['errand.launch'];
    refresh();
    if (!isOver(launch)) continue;
    running += 1;
    await ask('POST', '/containers/' + Id + '/kill').catch(() => undefined);
  }
  return [...known.keys()].filter((launch) => !isOver(launch)).length + running;
}
async function watch() {
  for (let idle = 0; idle < 30; idle += 1) {
    await new Promise((resolve) => setTimeout(resolve, 2000));
    if (isReplaced() || (!isThere() && known.size === 0)) return;
    // An engine that does not answer may come back with what it had.
    if ((await look().catch(() => isThere() || ![...known.keys()].every(isOver) ? 1 : 0)) > 0) idle = 0;
  }
}
watch().then(() => process.exit(0), () => process.exit(1));
`;

/** Starts the watchdog of a folder where none of this version is alive; an older one sees that and ends. It outlives the caller. Fails where the machine has no room for a process. */
export function startWatchdog(folder: string, engine: EngineAddress): void {
  if (watchdogOf(folder) !== null) return;
  const child = spawn(process.execPath, ['-e', WATCHDOG, NAME, folder, JSON.stringify(engine)], {
    detached: true,
    stdio: 'ignore',
    cwd: '/',
    env: {},
  });
  child.on('error', () => undefined).unref();
  if (child.pid === undefined) throw new Error('this machine starts no further process: no watchdog either');
  // At once: whoever looks a moment later must not start a second one.
  writeFileSync(numberOf(folder), String(child.pid));
}

/** Its process; null: none of this version is alive. A pid may have gone to another process meanwhile, so its command is looked at. */
export function watchdogOf(folder: string): number | null {
  try {
    const pid = Number(readFileSync(numberOf(folder), 'utf8'));
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words.includes(WATCHDOG) && words.includes(folder) ? pid : null;
  } catch {
    return null;
  }
}

/** The file with its process id. A watchdog whose number is no longer there has been replaced, and ends. */
const numberOf = (folder: string): string => join(folder, 'watchdog');
