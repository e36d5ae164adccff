import { describe, expect, it, vi } from 'vitest';
import { helpOf } from '../test/run-help.ts';
import type { Cli } from './cli.ts';
import { describeCommands } from './completion/describe.ts';
import { completionScript, SHELLS } from './completion/script.ts';
import { createProgram, runProgram } from './program.ts';

describe('the help', () => {
  it('of errand is what the golden file says', async () => {
    await expect(await helpOf([])).toMatchFileSnapshot('../test/golden/errand.txt');
  });

  it('of every command is what its golden file says, and has examples', async () => {
    for (const { path, subcommands } of await describeCommands()) {
      const help = await helpOf(path);
      await expect(help).toMatchFileSnapshot(`../test/golden/${path.join('-')}.txt`);
      if (subcommands.length === 0 && path[0] !== 'version')
        expect(help, path.join(' ')).toContain('Examples:');
    }
  });
});

it.each([
  ['key', 'new'],
  ['config', 'check'],
])('errand help %s %s has its options', async (...path) => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await runProgram(['help', ...path], {} as Cli).catch(() => undefined);
  const said = write.mock.calls.join('');
  write.mockRestore();
  expect(said).toContain(`Usage: errand ${path.join(' ')} [options]`);
});

it.each([[['bogus']], [['key', 'bogus']]])(
  'errand help %j says that there is no such command',
  async (path) => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    await expect(runProgram(['help', ...path], {} as Cli)).rejects.toMatchObject({
      code: 'commander.unknownCommand',
    });
    write.mockRestore();
  },
);

it.each([
  [['--no-launch', '--image', 'debian:12'], 'belong to --launch'],
  [['--launch', 'docker', '--cpus', 'two'], '--cpus takes a number'],
])('errand pool set lab %j asks no server', async (options, sentence) => {
  const nowhere = { connect: () => Promise.reject(new Error('it connects')) } as Partial<Cli>;
  await expect(runProgram(['pool', 'set', 'lab', ...options], nowhere as Cli)).rejects.toThrow(sentence);
});

it.each(['12', '2026-02-30', 'tomorrow', ''])('errand audit --since %j is no time', async (since) => {
  const nowhere = { connect: () => Promise.reject(new Error('it connects')) } as Partial<Cli>;
  const audit = runProgram(['audit', '--since', since], nowhere as Cli);
  await expect(audit).rejects.toThrow('--since takes how long ago');
});

it.each(['24h', '2026-11', '2026-11-23', '2026-11-23 05:56:58Z', '2026-11-23T05:56:58.123Z'])(
  'errand audit --since %j is a time',
  async (since) => {
    const nowhere = { connect: () => Promise.reject(new Error('it connects')) } as Partial<Cli>;
    await expect(runProgram(['audit', '--since', since], nowhere as Cli)).rejects.toThrow('it connects');
  },
);

describe('a completion script', () => {
  it.each(SHELLS)('for %s knows commands, subcommands and options', async (shell) => {
    const script = completionScript(shell, await describeCommands());
    for (const word of ['run', 'retry', 'key', 'queue-timeout']) expect(script).toContain(word);
    for (const oldName of ['listdir', 'auth-new']) expect(script).not.toContain(oldName);
    await expect(script).toMatchFileSnapshot(`../test/golden/completion.${shell}`);
  });
});

it('errand agent --allow without --only-scripts, which would restrict nothing, is refused', async () => {
  const nowhere = { environment: { url: 'http://127.0.0.1:1' } } as unknown as Cli;
  const agent = runProgram(['agent', 'start', '--data', '/dev/null/agent', '--allow', 'netspeed'], nowhere);
  await expect(agent).rejects.toThrow('--allow is for --only-scripts');
});

it('errand key ls shows the names of keys where a terminal has 80 columns', async () => {
  const key = { role: 'member', owner: 'acme/ada', createdAt: '2026-01-01T00:00:00Z', lastUsedAt: null };
  const keys = [{ ...key, id: `key_${'0'.repeat(26)}`, name: 'laptop', expiresAt: '2026-02-01T00:00:00Z' }];
  let said = '';
  const cli = {
    stdout: { columns: 80, write: async (text: string) => void (said += text) },
    connect: async () => ({ errand: { keys: { list: async () => keys } } }),
  } as unknown as Cli;
  await runProgram(['key', 'ls'], cli);
  expect(said).toContain('laptop');
});

describe('the command line', () => {
  const parse = async (...argv: string[]): Promise<unknown> => {
    const program = await createProgram(argv, () => async () => undefined);
    for (const each of [
      program,
      ...program.commands,
      ...program.commands.flatMap(({ commands }) => commands),
    ])
      each.configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
    return await program.parseAsync([...argv], { from: 'user' });
  };

  it('prints its version where people look for it first', async () => {
    for (const flag of ['--version', '-V'])
      await expect(parse(flag)).rejects.toMatchObject({
        code: 'commander.version',
        exitCode: 0,
        message: expect.stringMatching(/^errand \d+\.\d+\.\d+ \(Node /),
      });
  });

  it.each([['logs'], ['wait'], ['cancel'], ['retry'], ['key', 'rm'], ['pool', 'show'], ['pool', 'token']])(
    '%s %s refuses an empty id, such as that of an unset variable',
    async (...words) => {
      const path = words.filter((word) => word !== undefined);
      await expect(parse(...path, '')).rejects.toThrow('It is empty.');
      await expect(parse(...path, 'run_1')).resolves.toBeDefined();
    },
  );
});
