/** The system's code of an error, such as ECONNREFUSED; empty where it has none. */
export function causeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
