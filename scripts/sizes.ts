/** Every proof takes its size as a parameter: `npm test` uses sizes that fit into minutes, `npm run soak` the full ones. */
export const soak: boolean = process.env['ERRAND_SOAK'] === '1';

/** One of three sizes: of a developer's `npm test`, of `.ci/run`, of the soak. */
export function sized(sizes: { readonly test: number; readonly ci: number; readonly soak: number }): number {
  if (soak) return sizes.soak;
  return process.env['ERRAND_REQUIRE_ALL'] === '1' ? sizes.ci : sizes.test;
}
