import { createServer, type Server } from 'node:http';
import { expect, it } from 'vitest';
import { readEnvironment } from '../../packages/cli/src/config.ts';
import { openDataFolder } from '../../packages/cli/src/connection/data-folder.ts';
import { ErrandPlace } from './errand-place.ts';

it('replaces an idle server of another version', async () => {
  await using place = new ErrandPlace();
  const old = await oldServer(place, 202);
  expect(await place.errand(['run', '--', 'echo', 'new'])).toMatchObject({ status: 0, stdout: 'new\n' });
  expect(old.calls).toEqual(['GET /healthz', 'POST /v1/shutdown']);
});

it('goes on with a busy server of another version, and says nothing about it where nobody sits', async () => {
  await using place = new ErrandPlace();
  const old = await oldServer(place, 409);
  expect(await place.errand(['ps', '--json'])).toMatchObject({ status: 0, stderr: '' });
  expect(old.calls).toEqual(['GET /healthz', 'POST /v1/shutdown', 'GET /v1/runs?limit=20']);
  old.server.closeAllConnections();
  await new Promise((resolve) => old.server.close(resolve));
});

/** Something that looks like the server of an older errand; it ends when it is told to shut down and says yes. */
async function oldServer(
  place: ErrandPlace,
  shutdown: 202 | 409,
): Promise<{ server: Server; calls: string[] }> {
  const { socket } = openDataFolder(place.data, readEnvironment({ XDG_RUNTIME_DIR: `${place.folder}/run` }));
  const calls: string[] = [];
  const server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`);
    const ends = request.url === '/v1/shutdown' && shutdown === 202;
    response.writeHead(request.url === '/v1/shutdown' ? shutdown : 200, { 'errand-version': '0.0.1' });
    response.end('{"runs":[],"nextCursor":null}', () => {
      if (!ends) return;
      server.close();
      server.closeAllConnections();
    });
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return { server, calls };
}
