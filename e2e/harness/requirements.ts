import { spawnSync } from 'node:child_process';
import { canHostSessions } from '../../packages/agent/src/sessions/local-sessions.ts';
import type { Requirement } from '../../scripts/requires.ts';

export const root: Requirement = {
  name: 'root',
  ok: process.getuid?.() === 0,
  reason: 'run the tests as root; they mount a small disk',
};

/** What sessions on an agent's machine need, of the agents that tests start. */
export const hosting: Requirement = {
  name: 'agents that can host sessions',
  ok: canHostSessions(),
  reason: 'they cannot within a run of errand, whose processes all have its mark, nor anywhere but on Linux',
};

export const namespaces: Requirement = {
  name: 'network namespaces',
  ok: canMakeNamespace(),
  reason:
    'run the tests as root of a machine that allows `ip netns add`, with iproute2 and util-linux installed',
};

export const openssl: Requirement = {
  name: 'openssl',
  ok: spawnSync('openssl', ['version']).status === 0,
  reason: 'openssl is not in PATH',
};

export const gcc: Requirement = {
  name: 'gcc',
  ok: spawnSync('gcc', ['--version']).status === 0,
  reason: 'gcc is not in PATH',
};

function canMakeNamespace(): boolean {
  const name = `errand-probe-${process.pid}`;
  const made = spawnSync('ip', ['netns', 'add', name]).status === 0;
  const entered = made && spawnSync('nsenter', [`--net=/run/netns/${name}`, 'true']).status === 0;
  if (made) spawnSync('ip', ['netns', 'del', name]);
  return entered;
}
