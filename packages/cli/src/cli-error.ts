/** Something is wrong with how errand was called or with its surroundings; the sentence says what to change. Exit status 125. */
export class CliError extends Error {
  override readonly name = 'CliError';
}
