import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/**
 * What cloud-init and systemd do, as far as our user data asks for it: user data at the first start only, then whatever is enabled, until somebody powers
 * the machine off. Each start has an id of its own, as each start of a kernel has.
 */
const INIT = `#!/bin/sh
rm -f /run/off
cat /proc/sys/kernel/random/uuid >/run/boot-id
mount --bind /run/boot-id /proc/sys/kernel/random/boot_id || exit 1
if [ -f /var/lib/begun ]; then
  for unit in $(ls /etc/enabled); do systemctl start "$unit"; done
else
  : >/var/lib/begun
  sh /user-data </dev/null >/var/log/user-data.log 2>&1 &
fi
while [ ! -f /run/off ]; do sleep 0.2; done
`;

const SYSTEMCTL = `#!/bin/sh
case $1 in
  daemon-reload) ;;
  enable)
    [ "$2" = --now ] && shift
    : >"/etc/enabled/$2"
    exec systemctl start "$2" ;;
  start)
    command=$(sed -n 's/^ExecStart=//p' "/etc/systemd/system/$2")
    setsid sh -c "while :; do $command; sleep 2; done" </dev/null >>"/var/log/$2.log" 2>&1 & ;;
  poweroff) : >/run/off ;;
  *) echo "systemctl $1 is not emulated" >&2; exit 1 ;;
esac
`;

/** Debian's busybox has none. */
const PRINTENV = '#!/bin/sh\neval "value=\\$$1"; [ -n "$value" ] && echo "$value"\n';

const BUSYBOX = '/bin/busybox';

/** The image of a machine: busybox, glibc, and what stands for cloud-init and systemd. Node is put beside it, as an AMI may have it. */
export function makeMachineImage(): Disposable & { readonly name: string } {
  const name = `errand-machine:${randomUUID()}`;
  const root = mkdtempSync(join(tmpdir(), 'errand-machine-'));
  const folders = ['bin', 'tmp', 'run', 'etc/enabled', 'etc/systemd/system', 'var/lib', 'var/log', 'root'];
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
  chmodSync(join(root, 'tmp'), 0o1777);
  copyFileSync(BUSYBOX, join(root, 'bin/busybox'));
  for (const library of librariesOf(process.execPath)) copyInto(root, library);
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/tmp:/bin/sh\n');
  writeFileSync(join(root, 'bin/systemctl'), SYSTEMCTL, { mode: 0o755 });
  writeFileSync(join(root, 'bin/printenv'), PRINTENV, { mode: 0o755 });
  writeFileSync(join(root, 'init'), INIT, { mode: 0o755 });
  execFileSync('chroot', [root, '/bin/busybox', '--install', '-s', '/bin']);
  const archive = `${root}.tar`;
  execFileSync('tar', ['-C', root, '-cf', archive, '.']);
  const path = 'ENV PATH=/usr/local/bin:/usr/bin:/bin';
  execFileSync('docker', ['import', '--change', path, archive, name], { stdio: 'pipe' });
  rmSync(root, { recursive: true });
  rmSync(archive);
  return {
    name,
    [Symbol.dispose]: () => void execFileSync('docker', ['rmi', '--force', name], { stdio: 'pipe' }),
  };
}

function librariesOf(program: string): readonly string[] {
  const said = execFileSync('ldd', [program], { encoding: 'utf8' });
  return [...said.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
}

function copyInto(root: string, path: string): void {
  const folder = join(root, dirname(path));
  mkdirSync(folder, { recursive: true });
  copyFileSync(path, join(folder, basename(path)));
}
