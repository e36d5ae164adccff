import { ErrandError } from '@errand/core';
import type { Services } from '../../services.ts';
import { findArtifact, seeArtifacts } from '../../use-cases/artifacts/see-artifacts.ts';
import type { SomeHandlers } from '../call.ts';
import { streamOf } from '../log-response.ts';
import { byteRange } from '../range.ts';

export function artifactHandlers(services: Services): SomeHandlers<'listArtifacts' | 'readArtifact'> {
  const { artifacts } = services;
  return {
    listArtifacts: async ({ actor, input: { params } }) => {
      const { run, files } = await seeArtifacts(artifacts, actor, params.id);
      return {
        artifacts: files.map(({ path, bytes, sha256, mode, modifiedAt }) => ({
          path,
          bytes,
          sha256,
          mode: mode.toString(8),
          modifiedAt: new Date(modifiedAt).toISOString(),
        })),
        problem: run.end?.artifacts?.problem ?? null,
        ended: run.state === 'finished',
      };
    },
    readArtifact: async ({ actor, input: { params, query }, headers }) => {
      const { file, blob } = await findArtifact(artifacts, actor, { runId: params.id, path: query.path });
      const range = byteRange(
        { header: headers.get('range'), from: undefined },
        { size: file.bytes, open: false },
      );
      const found = await artifacts.blobs.get(blob, range);
      if (found === null) throw new ErrandError('gone', `${file.path} is no longer kept`);
      const { from, to, partial } = range;
      return new Response(streamOf(found.content), {
        status: partial ? 206 : 200,
        headers: {
          ...HEADERS,
          'content-length': String(to - from),
          'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(nameOf(file.path))}`,
          etag: `"${file.sha256}"`,
          'last-modified': new Date(file.modifiedAt).toUTCString(),
          'errand-file-mode': file.mode.toString(8),
          ...(partial ? { 'content-range': `bytes ${from}-${to - 1}/${file.bytes}` } : {}),
        },
      });
    },
  };
}

/** Whatever a command has written: never a page of ours, nor anything that a browser makes of it. */
const HEADERS = {
  'content-type': 'application/octet-stream',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'cache-control': 'no-store',
  'accept-ranges': 'bytes',
} as const;

/** Half of a pair of surrogates cannot be encoded; no file system of ours has one. */
function nameOf(path: string): string {
  return (path.split('/').at(-1) ?? 'artifact').toWellFormed();
}
