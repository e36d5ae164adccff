import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requires } from '../../scripts/requires.ts';
import { until } from '../harness/until.ts';
import { chromium, openPage, SIZES, type Size } from './browser.ts';
import { expectCare } from './care.ts';
import { PagePlace } from './page-place.ts';

requires(chromium)('the page', () => {
  let at: PagePlace;

  beforeAll(async () => {
    at = await PagePlace.open();
  }, 120_000);
  afterAll(async () => {
    await at[Symbol.asyncDispose]();
  });

  describe.each(Object.keys(SIZES) as Size[])('at the size %s', (size) => {
    it('signs in with a pasted key, after it refused a wrong one', async () => {
      const { page, context, faults } = await openPage(at.browser, size);
      await page.goto(at.url);
      await page.getByLabel('Key').fill('err_wrong');
      await page.keyboard.press('Enter');
      await page.getByText('This is no valid key').waitFor();
      await expectCare(page);
      await page.getByLabel('Key').fill(at.server.key);
      await page.keyboard.press('Enter');
      await page.getByLabel('Command').waitFor();
      await page.reload();
      await page.getByLabel('Command').waitFor();
      await expectCare(page);
      expect(faults).toEqual([]);
      await context.close();
    });

    it('runs what is typed, shows coloured output as it comes and the exit code, and has both again after a reload', async () => {
      await using window = await at.open(size);
      const { page } = window;
      const command = String.raw`printf 'begin \033[31mred\033[0m\n'; while [ ! -e "$GATE" ]; do sleep 0.05; done; exit 42`;
      const gate = at.place.path(`gate-${size}`);
      await page.getByLabel('Command').waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type(`GATE=${gate}; ${command}`);
      await page.keyboard.press('Enter');
      const card = page.getByRole('article').first();
      const red = card.getByText('red', { exact: true });
      await red.waitFor();
      expect(await red.getAttribute('style')).toContain('--ansi-1');
      expect(await card.getByText('exit 42', { exact: true }).count()).toBe(0);
      writeFileSync(gate, '');
      await card.getByText('exit 42', { exact: true }).waitFor();
      await expectCare(page);
      await page.reload();
      await page.getByRole('article').first().getByText('exit 42', { exact: true }).waitFor();
      await page.keyboard.press('/');
      await page.keyboard.press('ArrowUp');
      await until(
        async () => (await page.getByLabel('Command').inputValue()).includes('exit 42'),
        'the command from before',
      );
      expect(window.faults).toEqual([]);
    });

    it('takes clear and history as words', async () => {
      await using window = await at.open(size);
      const { page } = window;
      const box = page.getByLabel('Command');
      await box.fill('echo one');
      await box.press('Enter');
      await page.getByRole('article').getByText('exit 0').waitFor();
      await box.fill('history');
      await box.press('Enter');
      await page.getByRole('region', { name: 'History' }).getByText('echo one').waitFor();
      await expectCare(page);
      await box.fill('clear');
      await box.press('Enter');
      await until(async () => (await page.getByRole('article').count()) === 0, 'an empty screen');
      expect(window.faults).toEqual([]);
    });

    it('lets a link fill the form, and starts nothing by it', async () => {
      await using window = await at.open(size, '/?command=touch%20/tmp/never&timeout=5s');
      const { page } = window;
      await page.getByText('A link filled this in').waitFor();
      expect(await page.getByLabel('Command').inputValue()).toBe('touch /tmp/never');
      expect(await page.getByRole('article').count()).toBe(0);
      await expectCare(page);
      expect(window.faults).toEqual([]);
    });
  });

  it('is there at most 150,000 bytes after the login link, with the box to type into, and fetches nothing ahead', async () => {
    await at.server.stop();
    const restarted = at.server.startWithoutWaiting();
    const [, ticket = ''] = await restarted.says(/\/login\?ticket=(\S+)/);
    const { page, context, faults } = await openPage(at.browser, 'phone');
    const network = await context.newCDPSession(page);
    let bytes = 0;
    network.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await network.send('Network.enable');
    await page.goto(`${at.url}/login?ticket=${ticket}`, { waitUntil: 'networkidle' });
    await page.getByLabel('Command').fill('true');
    expect(page.url()).toBe(`${at.url}/`);
    console.log(`from the login link to the idle network: ${bytes} bytes`);
    expect(bytes).toBeLessThanOrEqual(150_000);
    expect(
      await page.evaluate(
        'performance.getEntriesByType("resource").filter(({name}) => name.includes("screen")).length',
      ),
    ).toBe(0);
    await page.goto(`${at.url}/login?ticket=${ticket}`);
    await page.getByLabel('Command').waitFor();
    expect(faults).toEqual([]);
    await context.close();
  });
});
