/**
 * Every script that writes committed files. Without arguments it writes them; with `--check` it writes nothing, and
 * exits with a status other than 0 where a file differs from what it would write. Add new ones here, nowhere else.
 */
export const generators: readonly string[] = [
  'packages/contract/src/openapi/generate.ts',
  'packages/server/src/config-schema.ts',
  'packages/agent/src/module-host/generate.ts',
];
