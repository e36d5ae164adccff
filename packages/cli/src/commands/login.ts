import { Errand } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { Environment } from '../config.ts';
import { createHttpFetch } from '../connection/http-fetch.ts';
import { writeLogin } from '../connection/login-file.ts';
import { EXIT } from '../exit-status.ts';
import { plainText } from '../output/plain-text.ts';
import { readSecret } from '../output/read-secret.ts';
import { type Command, type Runner, withExamples, withJson } from './command.ts';

export function declare(command: Command, run: Runner): void {
  withJson(command)
    .argument('<url>', 'address of the server')
    .addHelpText(
      'after',
      '\nThe key is read from standard input, without echo; it is stored for you alone (0600).',
    )
    .action(run(act));
  withExamples(command, [
    ['errand login https://errand.example.com', 'asks for the key'],
    ['errand login http://127.0.0.1:4040 < key.txt', 'takes it from a file'],
  ]);
}

async function act(cli: Cli, url: string, { json }: { readonly json?: boolean }): Promise<number> {
  if (!/^https?:\/\/[^/]/.test(url) || !URL.canParse(url))
    throw new CliError(`${url} is no address of a server; it must begin with http:// or https://`);
  const key = (await readSecret(cli.stderr, `Key for ${url}: `)).trim();
  if (key === '') throw new CliError('no key came on standard input');
  const who = await new Errand({ url, key, fetch: createHttpFetch() }).whoAmI();
  const path = writeLogin(cli.environment, { url, key });
  const text = `logged in to ${url} as ${who.name} (${who.role} of ${who.owner}); stored in ${path}`;
  await cli.stdout.line(json === true ? JSON.stringify(who, null, 2) : plainText(text));
  const over = variableBefore(cli.environment, url);
  if (over !== null)
    await cli.stderr.line(`errand: ${over} is set and goes before this login; unset it to use ${url}`);
  return EXIT.ok;
}

/** The variable that makes other commands talk to something else than this server. */
function variableBefore({ url, data }: Environment, server: string): string | null {
  if (url !== undefined) return url === server ? null : 'ERRAND_URL';
  return data === undefined ? null : 'ERRAND_DATA';
}
