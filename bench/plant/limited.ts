/**
 * Starts a program with the number of open files that a login has: `spawn(LIMITED, [...LIMITED_ARGS, program, ...args])`. Node raises its own to the
 * highest there is and its children inherit that; ssh and sshd close all they might have open, which then takes them 0.3 s a command.
 */
export const LIMITED = '/bin/sh';
export const LIMITED_ARGS = ['-c', 'ulimit -n 4096; exec "$@"', 'sh'] as const;
