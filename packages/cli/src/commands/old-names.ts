import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ErrandApiError } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-status.ts';
import { type CommandModule, idOf, type Runner, withExamples } from './command.ts';
import { declare as declareRun } from './run.ts';

/**
 * The commands of aws-exec under their old names. AUTH and PROJECT_DOMAIN name key and server, where nothing of ours does. What differs stands in
 * docs/migrating/001-aws-exec.md.
 */
export const exec: CommandModule = {
  declare: (command, run) => declareRun(command, atOldPlace(run)),
};

export const rpc: CommandModule = {
  declare(command, run) {
    command
      .argument('<name>', 'name of the script', idOf)
      .argument('<json>', 'its arguments, as a JSON object')
      .action(atOldPlace(run)(actRpc));
    withExamples(command, [[`errand rpc netspeed '{"seconds": 5}'`, 'as errand script call']]);
  },
};

export const listdir: CommandModule = {
  declare(command, run) {
    command.argument('<path>', 'folder of this machine', idOf).action(run(actListdir));
    withExamples(command, [['errand listdir .', 'every file below, but hidden ones, a line each']]);
  },
};

export const authNew: CommandModule = {
  declare(command, run) {
    command.argument('<name>', 'what the key is for', idOf).action(atOldPlace(run)(actNew));
    withExamples(command, [['errand auth-new laptop', 'prints the key, this once']]);
  },
};

export const authLs: CommandModule = {
  declare(command, run) {
    command.action(atOldPlace(run)(actLs));
    withExamples(command, [['errand auth-ls', 'lines of auth.ID NAME']]);
  },
};

export const authRm: CommandModule = {
  declare(command, run) {
    command
      .argument('<id>', 'as auth-ls shows it, with auth. or without', idOf)
      .action(atOldPlace(run)(actRm));
    withExamples(command, [['errand auth-rm auth.key_01hq…', 'revokes it at once']]);
  },
};

function atOldPlace(run: Runner): Runner {
  return (act) => run(async (cli, ...parsed) => await act(withOldPlace(cli), ...parsed));
}

function withOldPlace(cli: Cli): Cli {
  const { environment } = cli;
  const { AUTH: key, PROJECT_DOMAIN: domain } = environment.variables;
  if (environment.url !== undefined || key === undefined || domain === undefined) return cli;
  return {
    ...cli,
    connect: (flags) => cli.connect(flags, { ...environment, url: `https://${domain}`, key }),
  };
}

async function actRpc(cli: Cli, name: string, json: string): Promise<number> {
  const { callScript } = await import('../script/call.ts');
  return await callScript(cli, name, ['--json-args', json]);
}

/** As before, without names that begin with a dot. */
async function actListdir(cli: Cli, path: string): Promise<number> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw new CliError(`${path} cannot be read: ${error instanceof Error ? error.message : ''}`);
  });
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  const shown = files.filter((file) => !/(^|\/)\.[^/]/.test(file.slice(path.length).replace(/^\/+/, '')));
  for (const file of shown.toSorted()) await cli.stdout.line(file);
  return EXIT.ok;
}

async function actNew(cli: Cli, name: string): Promise<number> {
  const { errand } = await cli.connect({});
  await cli.stdout.line((await errand.keys.create({ name, role: 'member' })).secret);
  return EXIT.ok;
}

async function actLs(cli: Cli): Promise<number> {
  const { errand } = await cli.connect({});
  for (const { id, name } of await errand.keys.list()) await cli.stdout.line(`auth.${id} ${name}`);
  return EXIT.ok;
}

/** One that is not there is as good as removed, as it was. */
async function actRm(cli: Cli, id: string): Promise<number> {
  const { errand } = await cli.connect({});
  await errand.keys.remove(id.replace(/^auth\./, '')).catch((error: unknown) => {
    if (!(error instanceof ErrandApiError && error.code === 'not_found')) throw error;
  });
  return EXIT.ok;
}
