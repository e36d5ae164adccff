import { spawnSync } from 'node:child_process';
import type { Requirement } from '../../scripts/requires.ts';

export const root: Requirement = {
  name: 'root',
  ok: process.getuid?.() === 0,
  reason: 'run the tests as root; they mount a small disk',
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
