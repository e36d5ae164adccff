/** Did the server not start because another one has the data folder? */
export function isConflict(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'conflict';
}
