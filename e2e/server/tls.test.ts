import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { requires } from '../../scripts/requires.ts';
import { HttpClient } from '../harness/http.ts';
import { Place } from '../harness/place.ts';
import { openssl } from '../harness/requirements.ts';
import { finish, logOf } from '../harness/runs.ts';

requires(openssl)('TLS by files', () => {
  it('serves the API, followers and the command line', async () => {
    await using place = new Place();
    const [cert, key] = [place.path('cert.pem'), place.path('key.pem')];
    makeCertificate(cert, key);
    const config = `listen: {host: 0.0.0.0}\ntls: {cert: ${cert}, key: ${key}}\nlogLevel: warn`;
    const server = await place.server({ config });
    expect(server.url).toMatch(/^https:/);
    using http = new HttpClient({ url: server.url, key: server.key, ca: readFileSync(cert, 'utf8') });
    const { id } = await finish(http, { shell: 'seq 100000' });
    expect((await logOf(http, id, '?follow=1')).toString()).toMatch(/^1\n2\n[^]*\n100000\n$/);
    const env = { ...server.env, NODE_EXTRA_CA_CERTS: cert };
    const run = await place.errand(['run', '--', 'sh', '-c', 'echo safe; exit 3'], { env }).ended;
    expect(run).toMatchObject({ status: 3, stdout: 'safe\n' });
    const stranger = await place.errand(['run', '--', 'true'], { env: server.env }).ended;
    expect([stranger.status, stranger.stderr]).toEqual([
      125,
      expect.stringMatching(/NODE_EXTRA_CA_CERTS=FILE/),
    ]);
  });

  it('says which file it cannot read, and where it looked', async () => {
    await using place = new Place();
    const config = 'tls: {cert: no.pem, key: no.key}';
    await expect(place.server({ config })).rejects.toThrow(/TLS file \/\S+no\.pem cannot be read \(ENOENT\)/);
  });

  it('says which file is not what it should be, and in which pair', async () => {
    await using place = new Place();
    const files = { cert: place.path('cert.pem'), key: place.path('key.pem') };
    makeCertificate(files.cert, files.key);
    makeCertificate(place.path('other.pem'), place.path('other-key.pem'));
    const told = async (tls: object): Promise<string> => {
      const config = place.path('errand.yaml');
      writeFileSync(config, JSON.stringify({ tls: { ...files, ...tls } }));
      const check = await place.errand(['config', 'check', config]).ended;
      const up = await place.errand(['up', '--port', '0', '--config', config]).ended;
      expect(up.stderr.trim().split(': ').slice(1).join(': ')).toBe(lastLine(check.stderr));
      expect([check.status, up.status]).toEqual([125, 125]);
      return lastLine(check.stderr);
    };
    expect(await told({ cert: files.key })).toBe(`tls.cert: ${files.key} is no certificate in PEM`);
    expect(await told({ key: files.cert })).toBe(
      `tls.key: ${files.cert} is no private key in PEM without a passphrase`,
    );
    // One beside the file is found wherever the command is started.
    expect(await told({ key: 'other-key.pem' })).toBe(
      `tls: ${place.path('other-key.pem')} is not the key of ${files.cert}`,
    );
  });
});

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}

function makeCertificate(cert: string, key: string): void {
  const subject = ['-subj', '/CN=errand test', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  execFileSync('openssl', ['req', ...kind, ...subject, '-out', cert, '-keyout', key], { stdio: 'ignore' });
}
