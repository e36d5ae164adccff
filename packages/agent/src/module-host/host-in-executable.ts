import { pathToFileURL } from 'node:url';
import { constants, runInThisContext } from 'node:vm';

/** The first argument with which the single executable is a host of modules and no agent. */
export const HOST_FLAG = '--module-host';

/**
 * The single executable has Node in it, but runs no file it is given, and its own `import()` knows built-in modules alone. A script outside of its
 * main module has the ordinary loader. The host then finds its arguments where Node would have put them.
 */
export async function runHostProgram([file = '', ...rest]: readonly string[]): Promise<void> {
  // Else the log of every call began with the warning that this loader is new.
  process.removeAllListeners('warning');
  process.argv = [process.execPath, file, ...rest];
  const load = `import(${JSON.stringify(pathToFileURL(file).href)})`;
  await runInThisContext(load, { importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER });
}
