import { encodeMessage } from '../keeper/codec.ts';
import { encodeStart } from '../keeper/start-request.ts';
import type { StartRequest } from '../ports.ts';
import { type MachineStep, machinePrefix } from './machine-script.ts';

export interface StartStepParts {
  readonly by: 'keeper' | 'sh';
  /** All of its standard input. */
  readonly input: Uint8Array;
  readonly fallback: string;
}

/** A script has a few KB beside it, and AWS takes 64 KB as a command with all that comes along (MaxDocumentSizeExceeded of SendCommand). */
const MOST_BYTES = 52_000;
/** The keeper holds no more for a command that does not read. */
const INPUT_BYTES = 60_000;

/** What a machine without an agent is told to begin with; or why that cannot be. */
export function startStep(
  request: StartRequest,
  { by, input, fallback }: StartStepParts,
): Extract<MachineStep, { kind: 'start' }> | { readonly kind: 'refused'; readonly why: string } {
  if (by === 'sh' && input.length > 0)
    return { kind: 'refused', why: 'input needs the keeper, and there is none on this machine' };
  const orders = (by === 'keeper' ? forKeeper(request, input) : forShell(request, fallback)).toString(
    'base64',
  );
  if (orders.length > MOST_BYTES || input.length > INPUT_BYTES) {
    const said = `its command, environment and input take ${orders.length} bytes as they travel`;
    return { kind: 'refused', why: `${said}; to a machine without an agent at most ${MOST_BYTES} go along` };
  }
  return { kind: 'start', by, orders, timeoutS: Math.ceil((request.timeoutMs ?? 0) / 1_000) };
}

function forKeeper({ logPrefix: _here, ...request }: StartRequest, input: Uint8Array): Buffer {
  const { id } = request;
  const start = encodeStart({ ...request, prefix: machinePrefix(id) });
  if (request.stdin !== 'stream') return start;
  const bytes = input.length === 0 ? [] : [encodeMessage('I', [id, input])];
  return Buffer.concat([start, ...bytes, encodeMessage('I', [id, ''])]);
}

/** In place of a command whose folder is not there: it was not written for any other. */
const NO_FOLDER = `sh -c 'echo "the folder $1 cannot be entered" >&2; exit 127' sh`;

/** For sh, which gets the path of the attempt's files as `$1`. */
function forShell({ argv, env = [], cwd = '' }: StartRequest, fallback: string): Buffer {
  const words = ['sh', '$1.keeper', 'run', '$1'].map((word) => `"${word}"`);
  const refuse = `exec ${words.join(' ')} ${NO_FOLDER} ${quoted(cwd)}`;
  const folder = cwd === '' ? [] : [`cd ${quoted(cwd)} || ${refuse}`];
  const command = ['exec', 'env', '-i', ...env.map(quoted), ...words, ...argv.map(quoted)].join(' ');
  return Buffer.from([`cat >"$1.keeper" <<'KEEPER'`, fallback, 'KEEPER', ...folder, command, ''].join('\n'));
}

function quoted(word: string | Uint8Array): string {
  return `'${Buffer.from(word).toString().replaceAll(`'`, `'\\''`)}'`;
}
