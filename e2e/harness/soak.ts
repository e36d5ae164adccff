/** Every proof takes its size as a parameter: `npm test` uses sizes that fit into minutes, `npm run soak` the full ones. */
export const soak: boolean = process.env['ERRAND_SOAK'] === '1';
