import { ErrandApiError, ErrandConnectionError } from '@errand/sdk';
import { CommanderError } from 'commander';
import { CliError } from './cli-error.ts';
import { EXIT } from './exit-status.ts';
import { OutputClosedError } from './output/output.ts';
import { plainText } from './output/plain-text.ts';

/** What an error means for who called: an exit status, and what to print. */
export function failure(error: unknown): { readonly status: number; readonly text: string } {
  // Commander has printed its sentence; a help or version that was asked for is no failure.
  if (error instanceof CommanderError) return { status: error.exitCode === 0 ? 0 : EXIT.failed, text: '' };
  if (error instanceof OutputClosedError) return { status: EXIT.pipeClosed, text: '' };
  return { status: EXIT.failed, text: `errand: ${sentenceOf(error)}\n` };
}

function sentenceOf(error: unknown): string {
  if (error instanceof ErrandApiError && error.code === 'unauthenticated')
    return `${plainText(error.message)}\nSet ERRAND_KEY, or store a key with errand login.`;
  if (error instanceof CliError) return plainLines(error.message);
  if (error instanceof ErrandApiError) return plainText(error.message);
  // The server of a data folder could not be started, and nobody need look for it elsewhere.
  if (error instanceof ErrandConnectionError && error.cause instanceof CliError)
    return sentenceOf(error.cause);
  if (error instanceof ErrandConnectionError && /self-signed|issuer|first certificate/i.test(error.message))
    return `${plainLines(error.message)}\nNODE_EXTRA_CA_CERTS=FILE names a certificate, or an authority of your own, to trust.`;
  if (error instanceof ErrandConnectionError)
    return `${plainLines(error.message)}\nIs the server running? errand up starts one; ERRAND_URL or --url names it.`;
  if (isOurs(error)) return plainLines(error.message);
  if (isGoneFolder(error))
    return 'the current folder has been removed; go to one that is there (cd) and try again.';
  // A mistake of ours: the stack helps whoever reports it.
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** By its name: what is published has the server in a file of its own, with a class `ErrandError` of its own. */
function isOurs(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ErrandError';
}

/** What Node fails with when it is asked for its current folder. */
function isGoneFolder(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd';
}

/** What we say ourselves may have several lines. */
function plainLines(text: string): string {
  return text.trimEnd().split('\n').map(plainText).join('\n');
}
