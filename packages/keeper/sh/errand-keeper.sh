#!/bin/sh
# Where no build of the keeper exists: runs one command, keeps its output, records its end. POSIX sh, dd, cat and date.
#
#   errand-keeper.sh run PREFIX COMMAND [ARGUMENT...]     in the present folder, environment and standard input
#   errand-keeper.sh missing                              what the keeper does and this cannot, one word a line
#
# The caller makes it the leader of a process group, and ends the run by a signal to that group: TERM and INT reach the
# command, and are noted here as the cause of its end.

missing() {
  # streams: stdout and stderr are one. exact_end: `exit 137` looks like KILL. tree: what leaves the group is not found,
  # and the run ends only when nothing holds its output. outlives_kill: KILL to the group loses the end.
  # environment: names such as a.b are dropped by some shells.
  printf '%s\n' streams times cap tail exact_end spawn_errors tree time_limit input terminal outlives_kill environment
}

now() { echo "$(date +%s)000"; }

# One write over bytes that the agent laid out before, so that a full disk cannot refuse it.
slot() { printf '%-255s\n' "$2" | dd of="$prefix.run" bs=256 seek="$1" count=1 conv=notrunc 2>/dev/null; }

executed() { [ "$(dd if="$prefix.run" bs=256 skip=1 count=1 2>/dev/null | tail -c 1 | od -An -tx1 | tr -d ' ')" = 0a ]; }

run() {
  prefix=$1
  shift
  cause=- started=$(now)
  [ -w "$prefix.run" ] && ! executed || return 1
  trap 'cause=signaled' TERM INT
  trap '' HUP
  boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null || echo unknown)
  slot 1 "exec pid=$$ boot=$boot time=$started"
  # A pipe and not the file itself: a command that opens /dev/stderr would truncate a file. The status goes past it.
  exec 4<&0
  # Every shell in between catches the signal and goes on; only the command has it at its default.
  status=$(
    trap : TERM INT
    {
      { trap : TERM INT; (trap - TERM INT HUP; "$@" <&4 3>&- 4<&-); echo $? >&3; } 2>&1 |
        (trap '' TERM INT; exec cat >>"$prefix.log" 3>&- 4<&-)
    } 3>&1
  )
  bytes=0 left=0
  [ -e "$prefix.log" ] && bytes=$(($(wc -c <"$prefix.log")))
  [ "$cause" = - ] || left=1 # nothing here can prove that the tree is gone
  slot 2 "end exited ${status:-255} cause=$cause bytes=$bytes dropped=0 why=none left=$left oom=0 time=$(now) started=$started"
}

case ${1-} in
  missing) missing ;;
  run) shift && run "$@" ;;
  *) echo 'usage: errand-keeper.sh run PREFIX COMMAND [ARGUMENT...] | missing' >&2; exit 2 ;;
esac
