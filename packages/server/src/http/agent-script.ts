/** A file that the script brings, with what it must be. */
export interface OfferedFile {
  readonly name: string;
  /** Hex. */
  readonly sha256: string;
}

/**
 * The script at `/agent.sh`: POSIX sh, installs the agent of this server into a private folder, joins, and starts it. All of it is one function that
 * is called in the last line, so that half a download does nothing. In its text braces never follow a dollar sign but where values are put in.
 */
export function agentScript(url: string, files: readonly OfferedFile[]): string {
  const sums = files.map(({ name, sha256 }) => `${sha256}  ${name}`).join('\n');
  return `#!/bin/sh
# Makes this machine an agent of ${url}. It needs no root and opens no port.
#
#   curl -fsSL ${url}/agent.sh | ERRAND_JOIN_TOKEN=errjoin_... sh
#   curl -fsSL ${url}/agent.sh | sh -s -- --token errjoin_... --pool lab --slots 4
#
#   --token T     from: errand pool token lab (better as ERRAND_JOIN_TOKEN: every user sees arguments)
#   --home DIR    where everything is put (~/.local/share/errand-agent)
#   --no-start    install and join only
# What else is given goes to the agent: --pool, --name, --slots, --label, --data, --scripts and so on, with paths from / on. Run it
# again to update: the identity stays.

url='${url}'
sums='${sums}'
${SCRIPT}`;
}

const SCRIPT = String.raw`
say() { printf '%s\n' "$*" >&2; }
fail() { say "errand agent: $*"; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

fetch() {
  if has curl; then curl -fsSL --retry 3 -o "$2" "$1"
  elif has wget; then wget -q -O "$2" "$1"
  else fail 'needs curl or wget'; fi
}

sum_of() {
  if has sha256sum; then sha256sum <"$1"
  elif has shasum; then shasum -a 256 <"$1"
  elif has openssl; then openssl dgst -sha256 -r <"$1"
  else fail 'needs sha256sum, shasum or openssl to check what it brings'; fi | cut -c 1-64
}

wanted() { printf '%s\n' "$sums" | while read -r sum name; do [ "$name" = "$1" ] && echo "$sum"; done; }

# get NAME MODE: brings a file, checks it, and puts it into its place as a whole.
get() {
  sum=$(wanted "$1") || true
  [ -n "$sum" ] || fail "the server offers no $1"
  new=$home/.$1.new
  fetch "$url/agent/$1" "$new" || fail "could not bring $url/agent/$1"
  [ "$(sum_of "$new")" = "$sum" ] || { rm -f "$new"; fail "$1 is not what the server says it is (sha256); nothing was changed"; }
  chmod "$2" "$new"
}
put() { mv -f "$home/.$1.new" "$home/$1"; }

quoted() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"; }

machine() {
  case $(uname -s) in
    Linux) system=linux ;;
    Darwin) system=darwin ;;
    MINGW* | MSYS* | CYGWIN* | Windows*) fail 'Windows is not supported; use Linux, macOS, or Linux within Windows (WSL)' ;;
    *) fail "$(uname -s) is not supported; Linux and macOS are" ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) processor=x64 ;;
    aarch64 | arm64) processor=arm64 ;;
    *) fail "there is no agent for the processor $(uname -m); there is one for x64 and arm64" ;;
  esac
  platform=$system-$processor
}

new_enough() {
  has node && node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 22 ? 0 : 1)' 2>/dev/null
}

# Sets program: what starts the agent.
install_program() {
  if new_enough; then
    get "errand-keeper-$platform" 700
    get errand-agent.mjs 600
    put "errand-keeper-$platform"
    put errand-agent.mjs
    program="$(quoted "$(command -v node)") $(quoted "$home/errand-agent.mjs")"
  elif [ -n "$(wanted "errand-agent-$platform.gz")" ]; then
    get "errand-agent-$platform.gz" 600
    gzip -dc "$home/.errand-agent-$platform.gz.new" >"$home/.program.new"
    rm -f "$home/.errand-agent-$platform.gz.new"
    chmod 700 "$home/.program.new"
    "$home/.program.new" --version >/dev/null || fail 'the executable does not run here; install Node 22 or newer'
    mv -f "$home/.program.new" "$home/program"
    program=$(quoted "$home/program")
  else
    fail "needs Node 22 or newer, for this server offers no executable for $platform (npm run build:agent makes one, agentExecutables in its errand.yaml names the folder)"
  fi
}

write_launcher() {
  umask 077
  printf '#!/bin/sh\nexec %s --url %s --data %s%s "$@"\n' "$program" "$(quoted "$url")" "$(quoted "$data")" "$options" >"$home/.errand-agent.new"
  chmod 700 "$home/.errand-agent.new"
  mv -f "$home/.errand-agent.new" "$home/errand-agent"
}

# The keeper and its commands must survive the agent's end, so neither service may end more than the agent itself.
write_service() {
  if [ "$system" = linux ]; then
    cat >"$home/errand-agent.service" <<END
[Unit]
Description=errand agent of $url
[Service]
ExecStart="$home/errand-agent"
KillMode=process
Restart=always
RestartSec=5
RestartPreventExitStatus=125
[Install]
WantedBy=default.target
END
  else
    cat >"$home/errand-agent.plist" <<END
<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
<key>Label</key><string>errand-agent</string>
<key>ProgramArguments</key><array><string>$home/errand-agent</string></array>
<key>RunAtLoad</key><true/><key>AbandonProcessGroup</key><true/>
<key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
<key>ThrottleInterval</key><integer>10</integer>
<key>StandardErrorPath</key><string>$home/errand-agent.log</string>
</dict></plist>
END
  fi
}

say_service() {
  say "Installed in $home. It starts with: $home/errand-agent"
  say 'To let it run as a service of this user, also after a restart of the machine:'
  if [ "$system" = linux ]; then
    say "  mkdir -p ~/.config/systemd/user && cp $(quoted "$home/errand-agent.service") ~/.config/systemd/user/"
    say '  systemctl --user daemon-reload && systemctl --user enable --now errand-agent && loginctl enable-linger'
  else
    say "  cp $(quoted "$home/errand-agent.plist") ~/Library/LaunchAgents/ && launchctl load ~/Library/LaunchAgents/errand-agent.plist"
  fi
}

main() {
  token=$(printenv ERRAND_JOIN_TOKEN || true)
  home=$(printenv ERRAND_AGENT_HOME || true)
  data='' start=yes options=''
  while [ $# -gt 0 ]; do
    case $1 in
      --token | --home | --data | --pool | --name | --slots | --label | --sockets)
        [ $# -ge 2 ] || fail "$1 wants a value" ;;
    esac
    case $1 in
      --token) token=$2; shift 2 ;;
      --home) home=$2; shift 2 ;;
      --data) data=$2; shift 2 ;;
      --no-start) start=no; shift ;;
      *) options="$options $(quoted "$1")"; shift ;;
    esac
  done
  [ -n "$home" ] || home=$HOME/.local/share/errand-agent
  machine
  umask 077
  mkdir -p "$home" && chmod 700 "$home" || fail "$home cannot be made; name another folder with --home"
  home=$(cd "$home" && pwd)
  [ -n "$data" ] || data=$home/data
  install_program
  write_launcher
  write_service
  ERRAND_JOIN_TOKEN=$token
  [ -z "$token" ] || export ERRAND_JOIN_TOKEN
  "$home/errand-agent" --join </dev/null || exit $?
  unset ERRAND_JOIN_TOKEN
  say_service
  [ "$start" = yes ] || return 0
  say 'It serves now; Ctrl-C ends the agent, not its commands.'
  exec "$home/errand-agent" </dev/null
}

main "$@"
`;
