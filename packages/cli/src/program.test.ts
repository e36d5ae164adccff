import { describe, expect, it } from 'vitest';
import { helpOf } from '../test/run-help.ts';
import { describeCommands } from './completion/describe.ts';
import { completionScript, SHELLS } from './completion/script.ts';

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

describe('a completion script', () => {
  it.each(SHELLS)('for %s knows commands, subcommands and options', async (shell) => {
    const script = completionScript(shell, await describeCommands());
    for (const word of ['run', 'retry', 'key', 'queue-timeout']) expect(script).toContain(word);
    await expect(script).toMatchFileSnapshot(`../test/golden/completion.${shell}`);
  });
});
