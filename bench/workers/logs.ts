import { spawn } from 'node:child_process';
import { Api, type Place } from './api.ts';

export interface Read {
  readonly bytes: number;
  readonly bytesPerSecond: number;
}

/** Submits a command and follows its log from the first byte to the end. */
export async function readRun({
  place,
  run,
}: {
  readonly place: Place;
  readonly run: object;
}): Promise<Read> {
  using api = new Api(place);
  return await counted(async (count) => {
    const { id } = await api.submit(run);
    const log = await api.open('GET', `/v1/runs/${id}/log?follow=1&format=bytes`);
    for await (const chunk of log) count((chunk as Buffer).length);
    const { exitCode } = await api.ended(id);
    if (exitCode !== 0) throw new Error(`the run ${id} ended with ${exitCode}`);
  });
}

/** Reads all that a process writes to its standard output. */
export async function readProcess({
  argv: [file = '', ...args],
}: {
  readonly argv: readonly string[];
}): Promise<Read> {
  return await counted(async (count) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((resolve) => child.once('close', resolve));
    for await (const chunk of child.stdout) count((chunk as Buffer).length);
    if ((await ended) !== 0) throw new Error(`${file} failed`);
  });
}

async function counted(read: (count: (bytes: number) => void) => Promise<void>): Promise<Read> {
  let bytes = 0;
  const began = performance.now();
  await read((more) => {
    bytes += more;
  });
  return { bytes, bytesPerSecond: (bytes * 1_000) / (performance.now() - began) };
}
