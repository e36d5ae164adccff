import { ProviderError } from '@errand/core';

export interface UserDataParts {
  readonly sessionId: string;
  /** Where the machine reaches the control plane, and what its agent joins with; null: it has none, and its lease is moved by SSM. */
  readonly agent: { readonly url: string; readonly token: string } | null;
  readonly leaseMs: number;
  /** Somebody's own script, begun once the machine is under its switch; null: none. */
  readonly own: string | null;
}

/** EC2 takes no more. */
const MOST_BYTES = 16_384;

/** Where everything of ours lies on a machine. */
const HOME = '/var/lib/errand';

/**
 * What a machine does at its first start, as root: first the switch that ends it, which is there at every later start too; then the agent, from the
 * control plane, asked for until it is there. The same for the same launch in every byte. Throws `config` where somebody's own script is too long.
 */
export function userData(parts: UserDataParts): string {
  const text = [
    '#!/bin/sh',
    `# Made by errand for the session ${parts.sessionId}: a switch that ends this machine${parts.agent === null ? '' : ', and its agent'}.`,
    INSTALL,
    `dead_man ${leaseFile(parts)} ${Math.ceil(parts.leaseMs / 1_000)} <<'END'`,
    DEAD_MAN,
    'END',
    ...(parts.own === null ? [] : [`own <<'END'`, Buffer.from(parts.own).toString('base64'), 'END']),
    ...(parts.agent === null ? [] : [`agent '${parts.agent.url}' '${parts.agent.token}'`]),
    '',
  ].join('\n');
  if (Buffer.byteLength(text) > MOST_BYTES) {
    const left = MOST_BYTES - Buffer.byteLength(text);
    throw new ProviderError(
      'config',
      `UserData is ${-left} bytes too long for EC2; let it fetch what it needs`,
    );
  }
  return text;
}

/** Whoever moves the lease writes it there. */
function leaseFile({ agent, sessionId }: UserDataParts): string {
  return agent === null ? `${HOME}/lease` : `${HOME}/agent/data/sessions/${sessionId}/lease`;
}

/**
 * $1: the lease that the agent keeps, as the second since the start in which it ends, and the id of that start. $2: seconds that a start is good for
 * without one. It needs nothing but the machine's own clock, and looks every two seconds. What a machine does that is shut down from within,
 * stop or terminate, EC2 was told when it was made.
 */
const DEAD_MAN = String.raw`
first=${HOME}/lease-of-start
read -r start </proc/sys/kernel/random/boot_id
up() { read -r now rest </proc/uptime; now=${'${now%%.*}'}; }
up
of= end=0
read -r of end 2>/dev/null <"$first"
if [ "$of" != "$start" ]; then
  end=$((now + $2))
  echo "$start $end" >"$first"
fi
while :; do
  limit=$end
  read -r of second 2>/dev/null <"$1" && [ "$of" = "$start" ] && limit=$second
  up
  if [ "$now" -ge "$limit" ]; then
    echo 'errand: the lease of this machine has run out; it is shut down' >&2
    systemctl poweroff || shutdown -h now || poweroff -f
  fi
  sleep 2
done`.trim();

const INSTALL = String.raw`
umask 077
export HOME=${HOME}
mkdir -p ${HOME}

# unit NAME COMMAND: something that runs from now on, and after every start of the machine.
unit() {
  cat >"/etc/systemd/system/$1.service" <<END
[Unit]
Description=errand: $1
[Service]
Environment=HOME=${HOME}
ExecStart=$2
KillMode=process
Restart=always
RestartSec=2
[Install]
WantedBy=multi-user.target
END
  chmod 644 "/etc/systemd/system/$1.service"
  systemctl daemon-reload
  systemctl enable --now "$1.service"
}

# Without systemd nothing would end the machine after its next start, so it must not live at all.
dead_man() {
  cat >${HOME}/dead-man
  unit errand-dead-man "/bin/sh ${HOME}/dead-man $1 $2" && return
  echo 'errand: this machine has no systemd, so nothing would end it; it is shut down' >&2
  shutdown -h now || poweroff -f
  exit 1
}

own() {
  base64 -d >${HOME}/own
  chmod 700 ${HOME}/own
  ${HOME}/own </dev/null >${HOME}/own.log 2>&1 &
}

fetch() { if command -v curl >/dev/null; then curl -fsSL -o "$2" "$1"; else wget -q -O "$2" "$1"; fi; }

# The network and the control plane may come later than the machine.
agent() {
  until fetch "$1/agent.sh" ${HOME}/agent.sh &&
    ERRAND_JOIN_TOKEN=$2 sh ${HOME}/agent.sh --home ${HOME}/agent --no-start; do
    sleep 3
  done
  unit errand-agent "/bin/sh ${HOME}/agent/errand-agent"
}`;
