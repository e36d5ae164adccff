import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/** As user data and the attempts' own scripts have it. */
const HOME = '/var/lib/errand';
/** SSM takes documents of 64 KB, with all that comes along (MaxDocumentSizeExceeded of SendCommand); the keeper is packed to some 100 and goes in parts. */
const PART_BYTES = 45_000;

/** Prints the processor, the SHA-256 of the keeper that is there, and so much that only S3 has all of it: where that cannot be read, no long log could be. */
export const LOOK = `
h=${HOME}
mkdir -p $h
echo "machine $(uname -m)"
echo "keeper $(sha256sum <$h/keeper 2>/dev/null | cut -c 1-64)"
printf '%24000s\\n' end
`;

/** Moves the switch: the second since the start of the machine in which it ends, and the id of that start. */
export function leaseScript(leaseMs: number): string {
  return `
h=${HOME}
read -r up rest </proc/uptime
read -r boot </proc/sys/kernel/random/boot_id
echo "$boot $((\${up%%.*} + ${Math.ceil(leaseMs / 1_000)}))" >$h/lease.new && mv $h/lease.new $h/lease && echo moved
`;
}

/** The keeper's build for a machine as scripts that may be executed in any order, and the one that puts it together, which prints `ready` or why not. */
export interface KeeperScripts {
  readonly sha256: string;
  readonly parts: readonly string[];
  readonly last: string;
}

export function keeperScripts(build: string): KeeperScripts {
  const bytes = readFileSync(build);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const packed = gzipSync(bytes, { level: 9 }).toString('base64');
  const count = Math.ceil(packed.length / PART_BYTES);
  const size = Math.ceil(packed.length / count / 4) * 4;
  const parts = Array.from({ length: count }, (_, index) => packed.slice(index * size, (index + 1) * size));
  const names = parts.map((_, index) => `$h/parts/${sha256}.${index}`);
  return {
    sha256,
    parts: parts.map((part, index) => partScript(part, names[index] ?? '')),
    last: lastScript(sha256, names),
  };
}

function partScript(part: string, name: string): string {
  const lines = part.replace(/.{1,1000}/g, '$&\n').trimEnd();
  return `
umask 077
h=${HOME}
mkdir -p $h/parts
base64 -d >${name}.$$ <<'END' && mv ${name}.$$ ${name} && echo there
${lines}
END
`;
}

function lastScript(sha256: string, names: readonly string[]): string {
  return `
umask 077
h=${HOME}
cat ${names.join(' ')} | gunzip >$h/keeper.$$
[ "$(sha256sum <$h/keeper.$$ | cut -c 1-64)" = ${sha256} ] || { rm -f $h/keeper.$$; echo broken; exit; }
chmod 700 $h/keeper.$$
why=$($h/keeper.$$ --version 2>&1) || { rm -f $h/keeper.$$; echo "refused $why"; exit; }
mv $h/keeper.$$ $h/keeper && rm -rf $h/parts && echo ready
`;
}
