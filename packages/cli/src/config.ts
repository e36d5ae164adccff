/** What the surroundings say, read once. Flags go over it; a login file comes behind it. */
export interface Environment {
  readonly url: string | undefined;
  readonly key: string | undefined;
  readonly data: string | undefined;
  /** Where runs go that name no pool. */
  readonly pool: string | undefined;
  readonly home: string | undefined;
  readonly configHome: string | undefined;
  readonly stateHome: string | undefined;
  readonly runtimeDir: string | undefined;
  /** The soft limit of open files before Node raised it. */
  readonly openFiles: number | undefined;
  /** All variables, as bytes of NAME=value with a NUL after each, where a shell on the way could not keep them. */
  readonly exact: Buffer | undefined;
  /** The variables of the caller, without those that our own launcher added. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Variables that bin/errand adds for this process only. */
const OF_THE_LAUNCHER = ['ERRAND_NOFILE', 'ERRAND_ENVIRON', 'ERRAND_COMPILE_CACHE'];

export function readEnvironment(raw: NodeJS.ProcessEnv = process.env): Environment {
  const value = (name: string): string | undefined => (raw[name] === '' ? undefined : raw[name]);
  const exact = value('ERRAND_ENVIRON');
  const openFiles = Number(value('ERRAND_NOFILE'));
  return {
    url: value('ERRAND_URL'),
    key: value('ERRAND_KEY'),
    data: value('ERRAND_DATA'),
    pool: value('ERRAND_POOL'),
    home: value('HOME'),
    configHome: value('XDG_CONFIG_HOME'),
    stateHome: value('XDG_STATE_HOME'),
    runtimeDir: value('XDG_RUNTIME_DIR'),
    openFiles: Number.isInteger(openFiles) && openFiles > 0 ? openFiles : undefined,
    exact: exact === undefined ? undefined : Buffer.from(exact, 'base64'),
    variables: variablesOf(raw),
  };
}

/** The environment of a server in the background: nothing of the caller that it does not need. */
export function serverEnvironment(raw: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const wanted = /^(PATH|HOME|USER|LOGNAME|LANG|TMPDIR|NODE_COMPILE_CACHE|XDG_.*|ERRAND_.*)$/;
  const unwanted = /^ERRAND_(URL|KEY|ENVIRON)$/;
  const kept = Object.entries(raw).filter(([name]) => wanted.test(name) && !unwanted.test(name));
  return Object.fromEntries(kept) as Record<string, string>;
}

function variablesOf(raw: NodeJS.ProcessEnv): Record<string, string> {
  const added = new Set(OF_THE_LAUNCHER);
  if (raw['ERRAND_COMPILE_CACHE'] === '1') added.add('NODE_COMPILE_CACHE');
  const kept = Object.entries(raw).filter(([name]) => !added.has(name));
  return Object.fromEntries(kept) as Record<string, string>;
}
