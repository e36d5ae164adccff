import { buildPage } from './build/page.ts';

/**
 * `npm run build:page`, and the last step of `npm ci`: a fresh clone serves the page without a further step. A page that cannot be built must not keep
 * people from installing the rest, so with `--try` the reason is said and that is all.
 */
try {
  const built = await buildPage();
  console.log(built ? 'the page is built' : 'the page is up to date');
} catch (error) {
  console.error('the page could not be built; npm run build:page tries again');
  console.error(error instanceof Error ? error.message : error);
  if (!process.argv.includes('--try')) process.exitCode = 1;
}
