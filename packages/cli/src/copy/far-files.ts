import type { RunArtifacts, SessionFile, SessionFiles } from '@errand/sdk';
import { CliError } from '../cli-error.ts';

/** Files that are somewhere else. */
export interface FarFiles extends Pick<SessionFiles, 'read'> {
  stat(path: string): Promise<SessionFile>;
  list(path: string): Promise<readonly SessionFile[]>;
}

/** What a run has kept, as a folder of files. */
export async function keptFiles(artifacts: RunArtifacts, runId: string): Promise<FarFiles> {
  const { artifacts: kept } = await artifacts.list();
  const files = kept.map(({ path, bytes, mode, modifiedAt }): SessionFile => {
    return { path, kind: 'file', bytes, mode, modifiedAt };
  });
  const below = (path: string): readonly SessionFile[] => {
    const top = folder(path);
    return files
      .filter((file) => file.path.startsWith(top))
      .map((file) => ({ ...file, path: file.path.slice(top.length) }));
  };
  return {
    stat: async (path) => {
      const file = files.find((each) => each.path === path);
      if (file !== undefined) return file;
      if (below(path).length > 0) return { ...FOLDER, path };
      throw new CliError(
        `${runId} has kept nothing at ${path || 'all'}; errand artifacts ${runId} lists what it has`,
      );
    },
    list: async (path) => below(path),
    read: (path, options) => artifacts.read(path, options),
  };
}

function folder(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.length === 0 ? '' : `${parts.join('/')}/`;
}

const FOLDER = { kind: 'folder', bytes: 0, mode: '755', modifiedAt: new Date(0).toISOString() } as const;
