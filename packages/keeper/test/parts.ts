import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keeperBinary } from '@errand/agent/keeper';
import type { Requirement } from '../../../scripts/requires.ts';
import type { Variant } from './kept.ts';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const cache = fileURLToPath(new URL('../../../.cache/', import.meta.url));
const builtFor = keeperBinary();

/** The committed build for this machine. */
export const build: Variant = { binary: builtFor ?? '' };
export const aBuild: Requirement = {
  name: 'a build of the keeper',
  ok: builtFor !== undefined,
  reason: `there is none for ${process.platform} ${process.arch}`,
};

/** User and group `nobody`. */
const NOBODY = 65534;
export const nobody: Variant = {
  ...build,
  uid: NOBODY,
  wrapper: ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'],
};
export const root: Requirement = {
  name: 'root',
  ok: process.getuid?.() === 0,
  reason: 'run the tests as root',
};
export const setpriv: Requirement = {
  name: 'setpriv',
  ok: answers('setpriv', '--version'),
  reason: 'install util-linux',
};

export const gcc: Requirement = {
  name: 'gcc',
  ok: answers('gcc', '--version'),
  reason: 'gcc is not in PATH',
};

/** The sources built with the sanitizers; a finding ends the keeper, and with it the test. */
export function sanitized(): Variant {
  mkdirSync(cache, { recursive: true });
  const binary = join(cache, `errand-keeper-sanitized-${process.pid}`);
  const source = join(packageFolder, 'src');
  const files = readdirSync(source).filter((name) => name.endsWith('.c'));
  const flags = ['-std=gnu11', '-g', '-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
  const gcc = spawnSync('gcc', [...flags, '-o', binary, ...files], { cwd: source, encoding: 'utf8' });
  if (gcc.status !== 0) throw new Error(gcc.stderr);
  return { binary };
}

/**
 * The sources with that part of the macOS build which also runs here: poll in the place of epoll. It is all of that build that is ever run.
 */
export function overPoll(): Variant {
  mkdirSync(join(cache, 'over-poll/sys'), { recursive: true });
  const binary = join(cache, `errand-keeper-over-poll-${process.pid}`);
  const source = join(packageFolder, 'src');
  copyFileSync(join(source, 'macos/sys/epoll.h'), join(cache, 'over-poll/sys/epoll.h'));
  const files = [...readdirSync(source).filter((name) => name.endsWith('.c')), 'macos/poll.c'];
  const flags = ['-std=gnu11', '-O1', `-I${join(cache, 'over-poll')}`];
  const gcc = spawnSync('gcc', [...flags, '-o', binary, ...files], { cwd: source, encoding: 'utf8' });
  if (gcc.status !== 0) throw new Error(gcc.stderr);
  return { binary };
}

const qemuProgram = ['qemu-aarch64-static', 'qemu-aarch64'].find((name) => answers(name, '--version'));
const arm64Build = join(packageFolder, 'builds', 'errand-keeper-linux-arm64');
export const arm64: Variant = { binary: arm64Build, wrapper: qemuProgram === undefined ? [] : [qemuProgram] };
export const qemu: Requirement = {
  name: 'qemu for arm64',
  ok: qemuProgram !== undefined && existsSync(arm64Build),
  reason: 'install qemu-user-static',
};

function answers(program: string, argument: string): boolean {
  return spawnSync(program, [argument], { stdio: 'ignore' }).status === 0;
}
