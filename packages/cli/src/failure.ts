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
  if (error instanceof ErrandConnectionError)
    return `${plainLines(error.message)}\nIs the server running? errand up starts one; ERRAND_URL or --url names it.`;
  // A mistake of ours: the stack helps whoever reports it.
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** What we say ourselves may have several lines. */
function plainLines(text: string): string {
  return text.trimEnd().split('\n').map(plainText).join('\n');
}
