import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { requires } from '../../../../scripts/requires.ts';
import { machineScript } from './machine-script.ts';

const ownFolders = {
  name: 'mounts of its own',
  ok: process.platform === 'linux' && process.getuid?.() === 0,
  reason: 'only root can put an empty folder where the scripts keep their files',
};

/** Whoever is begun a second time says so a second time: neither of the two looks by itself whether it was begun. */
const BEGINS = 'echo begun >>/var/lib/errand/begun\n';

/** Says what it was told. */
const HEARS = 'read -r order && echo "$order" >>/var/lib/errand/begun\n';

/** The script for a machine of its own, eight times at once; answers what its keeper wrote there. */
async function executed(script: string, keeper: string): Promise<string> {
  const machine = `
    mount -t tmpfs tmpfs /var/lib && mkdir /var/lib/errand && cd /var/lib/errand
    printf '#!/bin/sh\n%s' "$2" >keeper && chmod 700 keeper
    for each in 1 2 3 4 5 6 7 8; do sh -c "$1" >said.$each 2>&1 & done
    wait
    cat begun`;
  const own = ['--mount', '--pid', '--fork', '--kill-child'];
  const { stdout } = await promisify(execFile)('unshare', [
    ...own,
    'sh',
    '-c',
    machine,
    'sh',
    script,
    keeper,
  ]);
  return stdout;
}

requires(ownFolders)('the script that begins an attempt', () => {
  it.each(['keeper', 'sh'] as const)('begins it once by %s, however often it is executed', async (by) => {
    const orders = Buffer.from(BEGINS).toString('base64');
    const step = { kind: 'start', by, orders, timeoutS: 0 } as const;
    const script = machineScript({ id: 'attempt-1', step, waitS: 0, forgotten: [] });
    expect(await executed(script, BEGINS)).toBe('begun\n');
  });

  it('tells a keeper what to do that a busy machine starts only after all was said', async () => {
    const step = { kind: 'start', by: 'keeper', orders: btoa('go\n'), timeoutS: 0 } as const;
    const script = machineScript({ id: 'attempt-1', step, waitS: 3, forgotten: [] });
    const busy = 'cd() { sleep 1; command cd "$@"; }';
    expect(await executed(`${busy}\n${script}`, HEARS)).toBe('go\n');
  });
});
