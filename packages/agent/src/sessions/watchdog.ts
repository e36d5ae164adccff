import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The dead man's switch of the sessions in a data folder: a shell that looks every two seconds at each lease, kills what is marked as that
 * session's once it has run out, and ends itself when there has been no session for a minute. It needs nothing of the agent, its keeper or
 * the control plane, so it does its work when all of them were killed. A shell because it takes 1 MB and is everywhere.
 *
 * $1: the folder of the sessions. Only shell built-ins but for sleep: nothing to start when the machine is out of memory.
 */
export const WATCHDOG = `
cd "$1" || exit 1
echo $$ > watchdog
read -r boot < /proc/sys/kernel/random/boot_id
idle=0
while [ $idle -lt 30 ]; do
  sleep 2
  read -r mine < watchdog && [ "$mine" = $$ ] || exit 0
  idle=$((idle + 1))
  read -r up rest < /proc/uptime
  for folder in */; do
    [ -f "$folder/lease" ] || continue
    idle=0
    read -r since until < "$folder/lease" || continue
    [ "$since" = "$boot" ] || continue
    [ "\${up%%.*}" -ge "$until" ] || continue
    read -r mark < "$folder/mark" || continue
    for process in /proc/[0-9]*; do
      while read -r a b c soft rest; do
        if [ "$a $b $c" = 'Max file locks' ]; then
          [ "$soft" != unlimited ] && [ $((soft >> 22)) = "$mark" ] && kill -KILL "\${process#/proc/}"
          break
        fi
      done < "$process/limits"
    done 2>/dev/null
  done
done
`;

/** Starts the watchdog of a data folder where none is alive. It outlives the caller. */
export function startWatchdog(data: string): void {
  const folder = join(data, 'sessions');
  if (isAlive(folder)) return;
  const child = spawn('/bin/sh', ['-c', WATCHDOG, 'errand-watchdog', folder], {
    detached: true,
    stdio: 'ignore',
    cwd: '/',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  child.unref();
}

/** A pid may have gone to another process meanwhile, so its command is looked at. */
function isAlive(folder: string): boolean {
  try {
    const pid = readFileSync(join(folder, 'watchdog'), 'utf8').trim();
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words.includes('errand-watchdog') && words.includes(folder);
  } catch {
    return false;
  }
}
