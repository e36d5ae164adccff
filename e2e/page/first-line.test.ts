import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { until } from '../harness/until.ts';
import { openPage } from './browser.ts';
import { expectCare } from './care.ts';
import { atEachSize, describePage } from './page-place.ts';

describePage('the page', (at) => {
  atEachSize((size) => {
    it('signs in with a pasted key, after it refused a wrong one', async () => {
      await using window = await at.openSignedOut(size);
      const { page } = window;
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
    });

    it('runs what is typed, shows coloured output as it comes and the exit code, and has both again after a reload', async () => {
      await using window = await at.open(size);
      const { page } = window;
      const command = String.raw`printf 'begin \033[31mred\033[0m \033[1;38;5;208morange\033[0m \033[38;2;1;200;3mgreen\033[0m \033]8;;https://example.com/\033\\link\033]8;;\033\\\n12 %%\r100 %%\n'; while [ ! -e "$GATE" ]; do sleep 0.05; done; exit 42`;
      const gate = at.place.path(`gate-${size}`);
      await page.getByText('Options').click();
      await page.getByLabel('Time limit').fill('10m');
      await page.getByLabel('Time limit').blur();
      await page.keyboard.press('/');
      await page.keyboard.type(`GATE=${gate}; ${command}`);
      await page.keyboard.press('Enter');
      const card = page.getByRole('article').first();
      const red = card.getByText('red', { exact: true });
      await red.waitFor();
      // On a phone the options would hide what was just started.
      expect(await page.getByLabel('Time limit').isVisible()).toBe(false);
      expect(await red.getAttribute('style')).toContain('--ansi-1');
      const styleOf = async (text: string) =>
        await card.getByText(text, { exact: true }).getAttribute('style');
      expect(await styleOf('orange')).toBe('color: rgb(255, 135, 0); font-weight: 700;');
      expect(await styleOf('green')).toBe('color: rgb(1, 200, 3);');
      expect(await card.getByRole('link', { name: 'link', exact: true }).getAttribute('href')).toBe(
        'https://example.com/',
      );
      await card.getByText('100 %', { exact: true }).waitFor();
      expect(await card.getByRole('log').getByText('12 %').count()).toBe(0);
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
      await box.fill('history clear');
      await box.press('Enter');
      await page.getByText('Nothing was run from this browser yet.').waitFor();
    });

    it('lets a link fill the form, and starts nothing by it', async () => {
      await using window = await at.open(size, '/?command=touch%20/tmp/never&timeout=5s');
      const { page } = window;
      await page.getByText('A link filled this in').waitFor();
      expect(await page.getByLabel('Command').inputValue()).toBe('touch /tmp/never');
      expect(await page.getByRole('article').count()).toBe(0);
      await expectCare(page);
    });
  });

  it('says that the server is away where the code of a screen cannot come, and shows the screen when it is back', async () => {
    await using window = await at.open('phone', '/runs');
    const { page } = window;
    await page.getByRole('heading', { name: 'Runs' }).waitFor();
    await page.context().setOffline(true);
    await page.getByRole('link', { name: 'Jobs' }).click();
    await page.getByText('The server cannot be reached.').waitFor();
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    await page.context().setOffline(false);
    await page.getByRole('heading', { name: 'Jobs' }).waitFor();
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
