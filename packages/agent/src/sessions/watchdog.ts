import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The dead man's switch of the sessions in a data folder: a shell that looks every two seconds at each lease, kills what is marked as that
 * session's once it has run out, and ends itself when for a minute no lease has run and there was nothing to kill: who left these folders
 * may never come back. It needs nothing of the agent, its keeper or the control plane, so it does its work when all of them were killed,
 * and when the folder was removed: nobody can renew then, and what was known last counts. Removing one takes its time, so a lease that is not there
 * any more counts as long as something of its session runs. A shell because it takes 1 MB and is everywhere.
 *
 * $1: the folder of the sessions. Only shell built-ins but for sleep: nothing to start when the machine is out of memory.
 */
export const WATCHDOG = `
cd "$1" || exit 1
echo $$ > watchdog
read -r boot < /proc/sys/kernel/random/boot_id
idle=0 known=
marked() {
  for process in /proc/[0-9]*; do
    while read -r a b c soft rest; do
      if [ "$a $b $c" = 'Max file locks' ]; then
        [ "$soft" != unlimited ] && [ $((soft >> 22)) = "$1" ] && "$2" "\${process#/proc/}"
        break
      fi
    done < "$process/limits"
  done 2>/dev/null
}
note() { lives=yes; }
end() { idle=0; kill -KILL "$1"; }
while [ $idle -lt 30 ]; do
  sleep 2
  now=
  if read -r mine < watchdog; then
    [ "$mine" = $$ ] || exit 0
    for folder in */; do
      [ -f "$folder/lease" ] && read -r since until < "$folder/lease" && [ "$since" = "$boot" ] || continue
      read -r mark < "$folder/mark" || mark=-
      now="$now $until:$mark"
    done
  elif [ -z "$known" ]; then
    exit 0
  fi 2>/dev/null
  for lease in $known; do
    case "$now " in *":\${lease#*:} "*) continue ;; esac
    lives=
    marked "\${lease#*:}" note
    [ -z "$lives" ] || now="$now $lease"
  done
  known=$now
  idle=$((idle + 1))
  read -r up rest < /proc/uptime
  for lease in $known; do
    [ "\${up%%.*}" -ge "\${lease%:*}" ] || { idle=0; continue; }
    marked "\${lease#*:}" end
  done
done
`;

/** Starts the watchdog of a data folder where none of this version is alive: an older one sees that and ends, so an upgrade brings what was mended. It outlives the caller. */
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
    return words.includes(WATCHDOG) && words.includes(folder);
  } catch {
    return false;
  }
}
