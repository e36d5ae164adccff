import { type Command, InvalidArgumentError } from 'commander';
import type { Cli } from '../cli.ts';

/** What a file of this folder exports: it adds arguments, options, help and action to a command of that name. */
export interface CommandModule {
  readonly declare: (command: Command, run: Runner) => void;
}

/**
 * Turns a plain function into a commander action. The function gets the surroundings and what was parsed, and answers the exit status; nothing but
 * main exits.
 */
export type Runner = <Parsed extends readonly unknown[]>(
  act: (cli: Cli, ...parsed: Parsed) => Promise<number>,
) => (...parsed: Parsed) => Promise<void>;

/** Options of every command that talks to a control plane. */
export function withPlace(command: Command): Command {
  return command
    .option('--url <url>', 'server to talk to (ERRAND_URL; its key comes from ERRAND_KEY or errand login)')
    .option('--data <dir>', 'data folder of this machine to use instead of a server (ERRAND_DATA)');
}

/** `--json`: one document on stdout, as the API answers it. */
export function withJson(command: Command): Command {
  return command.option('--json', 'print one JSON document, as the API answers it');
}

/** Lines under "Examples:" at the end of the help. */
export function withExamples(
  command: Command,
  examples: readonly (readonly [line: string, does: string])[],
): Command {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, does]) => `  ${line.padEnd(width)}  ${does}`);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

/** For ids: an empty variable in a script is not the id of anything. */
export function idOf(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It is empty.');
  return text;
}

/** For options that may be given more than once. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

export type { Command };
