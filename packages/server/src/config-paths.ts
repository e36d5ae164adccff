import { resolve } from 'node:path';

/** What of a configuration has paths in it. */
interface HasPaths {
  readonly data?: string | undefined;
  readonly scripts?: string | undefined;
  readonly agentExecutables?: string | undefined;
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  readonly docker?: { readonly registries?: Registries | undefined } | undefined;
}

type Registries = Readonly<Record<string, { readonly username: string; readonly passwordFile: string }>>;

/** The same configuration with every path absolute: those in a file count from the folder that it lies in. */
export function withPaths<File extends HasPaths>(file: File, folder: string): File {
  const { data, scripts, agentExecutables, tls, docker } = file;
  const at = (path: string): string => resolve(folder, path);
  return {
    ...file,
    ...(data === undefined ? {} : { data: at(data) }),
    ...(scripts === undefined ? {} : { scripts: at(scripts) }),
    ...(agentExecutables === undefined ? {} : { agentExecutables: at(agentExecutables) }),
    ...(tls === undefined ? {} : { tls: { cert: at(tls.cert), key: at(tls.key) } }),
    ...(docker?.registries === undefined
      ? {}
      : { docker: { ...docker, registries: passwordsAt(docker.registries, at) } }),
  };
}

function passwordsAt(registries: Registries, at: (path: string) => string): Registries {
  return Object.fromEntries(
    Object.entries(registries).map(([name, one]) => [name, { ...one, passwordFile: at(one.passwordFile) }]),
  );
}
