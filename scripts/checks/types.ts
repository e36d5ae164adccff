import type { Check } from './check.ts';
import { runTool } from './run-tool.ts';

/** What was found the last time is kept, so that only what changed is looked at again. */
export const types: Check = async () => {
  const results = await Promise.all([compile('.', 'types'), compile('packages/web', 'types-web')]);
  return results.flat();
};

/** The page is compiled on its own: it alone knows the types of browsers. */
function compile(project: string, name: string): Promise<readonly string[]> {
  return runTool('tsc', '-p', project, '--incremental', '--tsBuildInfoFile', `.cache/${name}.tsbuildinfo`);
}
