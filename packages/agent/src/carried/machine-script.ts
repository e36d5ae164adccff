import { RESULT_BYTES } from '../reported-result.ts';

/** Where everything of ours lies on a machine; user data and whoever brings the keeper there keep to it, too. */
const HOME = '/var/lib/errand';

/** What an attempt is asked to do on its machine. */
export type MachineStep =
  /** `orders`: messages for the keeper, in base64; or, where there is none, the command as a text for sh. */
  | {
      readonly kind: 'start';
      readonly by: 'keeper' | 'sh';
      readonly orders: string;
      readonly timeoutS: number;
    }
  /** `fence`: what was not executed by now never will be. */
  | { readonly kind: 'look'; readonly fence: boolean }
  /** `orders`: the kill for the keeper, in base64; `graceS` for a machine without one. */
  | { readonly kind: 'kill'; readonly orders: string; readonly cause: string; readonly graceS: number };

export interface MachineScriptParts {
  /** Of the attempt; letters, digits and `._-`. */
  readonly id: string;
  readonly step: MachineStep;
  /** It says how the attempt is once that has ended, at the latest after so long. */
  readonly waitS: number;
  /** Attempts whose files nobody needs any more. */
  readonly forgotten: readonly string[];
}

/** Path of the files of an attempt on its machine, without their endings. */
export function machinePrefix(id: string): string {
  return `${HOME}/runs/${id}`;
}

/** Path of the file on its machine in which an attempt may report a result. */
export function machineResult(id: string): string {
  return `${machinePrefix(id)}.result`;
}

/**
 * One step of an attempt as a script for any POSIX sh, to be executed as root. It may be executed any number of times: an attempt begins with a hard link to its
 * `.run` file, which only one can make. What it prints is for `readReport`.
 */
export function machineScript({ id, step, waitS, forgotten }: MachineScriptParts): string {
  return [
    FUNCTIONS,
    `r=$h/runs/${id}`,
    ...(forgotten.length === 0 ? [] : [`forget ${forgotten.join(' ')}`]),
    STEPS[step.kind](step as never),
    `await ${waitS}`,
    'report',
    '',
  ].join('\n');
}

type StepOf<Kind> = Extract<MachineStep, { kind: Kind }>;

const STEPS: { readonly [Kind in MachineStep['kind']]: (step: StepOf<Kind>) => string } = {
  start: ({ by, orders, timeoutS }) => `start_by_${by} ${timeoutS} <<'END'\n${lines(orders)}\nEND`,
  look: ({ fence }) => (fence ? 'fence' : ':'),
  kill: ({ orders, cause, graceS }) => `fence || end_by ${cause} ${graceS} <<'END'\n${lines(orders)}\nEND`,
};

/** Some tools read no longer lines. */
function lines(base64: string): string {
  return base64.replace(/.{1,1000}/g, '$&\n').trimEnd();
}

const FUNCTIONS = String.raw`
umask 077
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
h=${HOME}
mkdir -p "$h/runs" "$h/session"
slot() { dd if="$1.run" bs=256 skip="$2" count=1 2>/dev/null; }
says() { case $(slot "$1" "$2") in "$3"*) true ;; *) false ;; esac }
new_run() { printf '%-255s\n' "attempt $1"; printf "$2"; printf '%-256s' ''; }

# Only one can make the link. Answers whether it was us.
claim() {
  "$@" >"$r.$$" && ln "$r.$$" "$r.run" 2>/dev/null
  won=$?
  rm -f "$r.$$"
  return $won
}
fresh() { new_run fresh '%256s'; }
# It looks executed, so no keeper will.
fenced() { new_run fenced "$(printf '%-255s' 'exec pid=0 boot=- time=0')\n"; }

# True: it was not executed and never will be. A start that has claimed it may be about to: it is overtaken, or was quicker.
fence() {
  claim fenced && return 0
  says "$r" 0 'attempt fenced' && return 0
  says "$r" 1 'exec ' && return 1
  ln "$r.run" "$r.was.run" 2>/dev/null
  fenced >"$r.$$" && mv "$r.$$" "$r.run"
  sleep 1
  says "$r.was" 1 'exec ' || return 0
  mv "$r.was.run" "$r.run"
  return 1
}

alive() {
  set -- $(slot "$r" 1)
  read -r boot </proc/sys/kernel/random/boot_id
  [ "$3" = "boot=$boot" ] && kill -0 "${'${2#pid=}'}" 2>/dev/null
}

start_by_keeper() {
  claim fresh || return
  mkfifo "$r.orders"
  # Open from here on: what is written while nobody has it open is lost, and a busy machine may start the keeper late.
  exec 9<>"$r.orders"
  (cd "$h/session" && exec "$h/keeper" alone <>"$r.orders" 9<&- >/dev/null 2>&1) &
  base64 -d 1<>"$r.orders" 9<&-
  exec 9<&-
}

# $1: seconds that it may take; 0: any.
start_by_sh() {
  claim fresh || return
  base64 -d >"$r.sh"
  (cd "$h/session" && exec setsid sh "$r.sh" "$r" </dev/null >/dev/null 2>&1) &
  [ "$1" = 0 ] || (setsid sh -c 'sleep "$1"; echo timed_out >"$2.cause"; kill -TERM "-$3"; sleep 10; kill -KILL "-$3"' \
    sh "$1" "$r" $! </dev/null >/dev/null 2>&1) &
  echo $! >"$r.group"
}

# $1: why, $2: seconds between TERM and KILL where no keeper counts them.
end_by() {
  if [ -p "$r.orders" ]; then base64 -d 1<>"$r.orders"; return; fi
  [ -f "$r.cause" ] || echo "$1" >"$r.cause"
  set -- "$2" $(slot "$r" 1)
  group=${'${3#pid=}'}
  alive || return
  kill -TERM "-$group" 2>/dev/null
  (sleep "$1"; alive && kill -KILL "-$group") </dev/null >/dev/null 2>&1 &
}

# Up to $1 seconds, and a little at least: what is short is over then.
await() {
  tenths=0
  until says "$r" 2 'end '; do
    says "$r" 0 'attempt fenced' && return
    if says "$r" 1 'exec '; then alive || { sleep 1; return; }
    elif [ $tenths -ge 100 ]; then fence && return; fi
    [ $tenths -ge $(($1 * 10)) ] && [ $tenths -ge 10 ] && return
    if [ $tenths -lt 20 ]; then sleep 0.1 2>/dev/null || sleep 1; tenths=$((tenths + 1)); else sleep 1; tenths=$((tenths + 10)); fi
  done
}

part() { [ ! -f "$2" ] || { echo "@$1" && gzip -c <"$2" | base64; }; }
files() { part run "$r.run"; part cause "$r.cause"; part idx "$r.idx"; part log "$r.log"; result; }

# The command may have put anything there.
result() {
  f=$r.result
  [ -e "$f" ] || [ -L "$f" ] || return 0
  if [ -L "$f" ] || [ ! -f "$f" ]; then problem 'it is not a plain file'; return; fi
  bytes=$(($(wc -c <"$f")))
  if [ $bytes -le ${RESULT_BYTES} ]; then part result "$f"; return; fi
  problem "it has $bytes bytes; a result may have at most ${RESULT_BYTES}"
}
problem() { echo @problem; printf %s "$1" | gzip -c | base64; }

report() {
  if says "$r" 0 'attempt fenced'; then echo '@never'
  elif says "$r" 2 'end '; then echo '@ended'; files
  elif ! says "$r" 1 'exec ' || alive; then echo '@running'
  elif says "$r" 2 'end '; then echo '@ended'; files
  else echo '@lost'; files
  fi
  echo '@done'
}
forget() { for f; do f=$h/runs/$f; rm -f "$f.log" "$f.idx" "$f.result" "$f.orders" "$f.sh" "$f.cause" "$f.group" "$f.keeper" "$f.was.run"; done; }`.trim();
