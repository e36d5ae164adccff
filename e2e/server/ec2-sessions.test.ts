import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { awsTools } from '../../packages/server/src/aws/testing/moto-server.ts';
import { dockerEngine } from '../../packages/server/src/providers/docker/testing/docker-engine.ts';
import { requires } from '../../scripts/requires.ts';
import { Cloud } from '../harness/cloud.ts';
import type { HttpClient } from '../harness/http.ts';
import { logOf, look, submit } from '../harness/runs.ts';
import type { Server } from '../harness/server.ts';
import { settled } from '../harness/sessions.ts';
import { until } from '../harness/until.ts';
import { chromium, openBrowser, openPage } from '../page/browser.ts';

/** A machine starts, fetches its agent, and joins: much for a busy computer. */
const PATIENCE_MS = 150_000;
vi.setConfig({ testTimeout: 400_000, hookTimeout: 150_000 });

requires(
  awsTools,
  dockerEngine,
  chromium,
)('a session on a machine at EC2', () => {
  let cloud: Cloud;
  let http: HttpClient;
  beforeAll(async () => {
    cloud = await Cloud.open({ ec2: '{prices: {t3.micro: 0.0108}}' });
    http = cloud.server.http();
  });
  afterAll(async () => {
    http[Symbol.dispose]();
    await cloud[Symbol.asyncDispose]();
  });

  const create = 'session create --provider ec2 --image ami-0123456789abcdef0 --size t3.micro';

  it('is made although an answer is lost, runs commands live, and leaves nothing', async () => {
    cloud.proxy.trouble('RunInstances', 'lost');
    cloud.proxy.trouble('DescribeInstances', 'busy', { times: 2 });
    const file = cloud.place.path('app.json');
    writeFileSync(file, '{}\n');
    const made = await cloud.errand(`${create} --name box --file conf/app.json=${file}`);
    expect(made.status).toBe(0);
    expect(await cloud.machines.inState('running')).toHaveLength(1);
    const shown = await settled(http, 'box', 'ready');
    expect(shown.cost).toMatchObject({ perHour: 0.0108, currency: 'USD' });
    await expectPriceOnPage(cloud.server);
    const ran = await cloud.errand('session exec box -- sh -c', 'cat conf/app.json; exit 7');
    expect([ran.status, ran.stdout]).toEqual([7, '{}\n']);
    // A control plane that dies in the middle: the command goes on, and so does its log.
    const shell = 'echo begun; while [ ! -f /tmp/go ]; do sleep 0.2; done; echo over; exit 5';
    const { id } = await submit(http, { session: 'box', shell });
    await until(async () => (await logOf(http, id)).toString() === 'begun\n', 'its first line', PATIENCE_MS);
    await cloud.server.kill();
    await cloud.server.start();
    await settled(http, 'box', 'ready');
    expect((await cloud.errand('session exec box -- touch /tmp/go')).status).toBe(0);
    expect(await look(http, id, 'ended')).toMatchObject({ exitCode: 5, attempt: 1 });
    expect((await logOf(http, id)).toString()).toBe('begun\nover\n');
    expect((await cloud.errand('session rm box')).status).toBe(0);
    await cloud.nothingLives();
  });

  it('says that the machine is gone when EC2 takes it away', async () => {
    expect((await cloud.errand(`${create} --name spot --option spot=true`)).status).toBe(0);
    const { id } = await submit(http, { session: 'spot', shell: 'echo begun; sleep 1000' });
    await until(async () => (await logOf(http, id)).length > 0, 'a command that runs', PATIENCE_MS);
    const [machine = ''] = await cloud.machines.inState('running');
    await cloud.machines.take(machine);
    await settled(http, 'spot', 'stopped');
    expect(await look(http, id, 'ended')).toMatchObject({ status: 'lost', end: { reason: 'machine_gone' } });
    expect((await cloud.errand('session rm spot')).status).toBe(0);
    await cloud.nothingLives();
  });

  it('shuts its machine down by itself when the control plane is gone for good', async () => {
    expect((await cloud.errand(`${create} --name alone --lease 15s`)).status).toBe(0);
    await cloud.server.kill();
    await until(
      async () => (await cloud.machines.inState('stopped')).length === 1,
      'its switch',
      PATIENCE_MS,
    );
    expect(await cloud.machines.alive()).toEqual([]);
    await cloud.server.start();
    await settled(http, 'alone', 'stopped');
    expect((await cloud.errand('session rm alone')).status).toBe(0);
    await cloud.nothingLives();
  });
});

/** In the list of sessions and on the screen of each: what an hour costs, and what is the worst that can come of it. */
async function expectPriceOnPage({ url, key }: Server): Promise<void> {
  await using browser = await openBrowser();
  for (const size of ['phone', 'wide'] as const) {
    const { page } = await openPage(browser, size);
    await page.goto(`${url.replace('127.0.0.1', 'errand.localhost')}/sessions`);
    await page.getByLabel('Key').fill(key);
    await page.keyboard.press('Enter');
    const list = page.getByRole('list', { name: 'Sessions' });
    await list.getByText('$0.0108 an hour').click();
    await page.getByText('$0.0108 an hour').waitFor();
    await page.getByText(/^\$\S+ more, if all but its own switch fails$/).waitFor();
  }
}
