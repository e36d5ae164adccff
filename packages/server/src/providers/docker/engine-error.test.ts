import { expect, it } from 'vitest';
import { providerError } from './engine-error.ts';

const ADDRESS = { socketPath: '/var/run/docker.sock' };

/** An error as dockerode throws it: what the engine said, behind its number. */
function said(text: string, statusCode = 500): Error {
  return Object.assign(new Error(`(HTTP code ${statusCode}) server error - ${text} `), { statusCode });
}

it.each([
  [
    'write /var/lib/docker/tmp/GetImageBlob1: no space left on device',
    'capacity',
    'the disk of the Docker engine is full, so there is no room for the image a:1; docker system prune makes some',
  ],
  [
    'Bind for 127.0.0.1:80 failed: port is already allocated',
    'capacity',
    'a port for the image a:1 is taken: Bind for 127.0.0.1:80 failed: port is already allocated',
  ],
  [
    'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 10.0.0.2:53: no such host',
    'transient',
    'the registry of the image a:1 cannot be reached: Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 10.0.0.2:53: no such host',
  ],
  [
    'dial tcp: lookup a on 10.0.0.2:53: read udp 10.0.0.9:41234->10.0.0.2:53: i/o timeout',
    'transient',
    'the registry of the image a:1 cannot be reached: dial tcp: lookup a on 10.0.0.2:53: read udp 10.0.0.2:53: i/o timeout',
  ],
  [
    'manifest for a:1 not found: manifest unknown: manifest unknown',
    'config',
    'the image a:1 is not there, neither here nor in its registry; check its name, or set docker.registries in errand.yaml',
  ],
  [
    'Get "https://ghcr.io/v2/a/manifests/1": unauthorized',
    'auth',
    'the registry refused the credentials for the image a:1; set docker.registries in errand.yaml',
  ],
  ['something new', 'transient', 'the Docker engine did not do it for the image a:1: something new'],
])('says of %j what can be done', (text, kind, message) => {
  expect(providerError(said(text), ADDRESS, 'the image a:1')).toMatchObject({ kind, message });
});
