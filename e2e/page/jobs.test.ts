import { expect, it } from 'vitest';
import { needs } from '../../scripts/requires.ts';
import { hosting } from '../harness/requirements.ts';
import { until } from '../harness/until.ts';
import { expectCare } from './care.ts';
import { atEachSize, describeConfiguredPage } from './page-place.ts';

needs(hosting);

const CONFIG = 'sessions: {fetchFrom: ["127.0.0.1"]}';

describeConfiguredPage('the screens of jobs', CONFIG, (at) => {
  atEachSize((size) => {
    it('check a document as it is written, submit it, and show where it is until all is torn down', async () => {
      const gate = at.place.path(`job-${size}`);
      await using window = await at.open(size, '/jobs');
      const { page } = window;
      await page.getByRole('link', { name: 'New job' }).click();
      const box = page.getByLabel('Document');
      const submit = page.getByRole('button', { name: 'Submit' });
      await box.fill('name: wrong\ncommands:\n  - true\n  - "open');
      await page.getByText(/^Line 4:/).waitFor();
      await box.fill('name: wrong\ncommands: [make]\noutptus:\n  - file: x');
      await page.getByText(/^Line 3: outptus: is no field of it/).waitFor();
      await box.fill('name: wrong\nsession: {provider: process}\ncommands:\n  - make\noutputs:\n  - fiel: x');
      const fault = page.getByRole('button', { name: /^Line 6: outputs\.0/ });
      await fault.first().waitFor();
      expect(await submit.isDisabled()).toBe(true);
      await expectCare(page);
      await fault.first().click();
      expect(await page.evaluate('document.activeElement.selectionStart')).toBe(69);
      await box.fill(
        [
          `name: journey-${size}`,
          'session: {provider: process}',
          'commands:',
          '  - echo "the first one" > result.txt; cat result.txt',
          `  - while [ ! -e ${gate} ]; do sleep 0.05; done; echo "the second one"`,
          'outputs:',
          `  - url: ${at.server.url}/healthz`,
        ].join('\n'),
      );
      await until(async () => await submit.isEnabled(), 'a document without faults');
      await submit.click();
      const states = page.getByRole('list', { name: 'States' });
      await states.locator('[aria-current=step]', { hasText: 'Commands' }).getByText('2 of 2').waitFor();
      await expectCare(page);
      const commands = page.getByRole('list', { name: 'Commands of attempt 1' });
      await commands.getByRole('button', { name: 'Output' }).first().click();
      await commands.getByText('the first one', { exact: true }).waitFor();
      await at.server.sdk().runs.create({ shell: `touch ${gate}` });
      await states.locator('[aria-current=step]', { hasText: 'Finished' }).waitFor();
      await page.getByRole('list', { name: 'Outputs of attempt 1' }).getByText('there').waitFor();
      await page.getByText('Its session is gone.').waitFor();
      await page.getByText('succeeded', { exact: true }).waitFor();
      await expectCare(page);
    });

    it('say why one failed, and cancel one', { timeout: 240_000 }, async () => {
      const { jobs } = at.server.sdk();
      const session = { provider: 'process' };
      const failed = await jobs.create({
        name: `failing-${size}`,
        session,
        commands: ['echo on my way', 'exit 7'],
      });
      const long = await jobs.create({ name: `long-${size}`, session, commands: ['sleep 600'] });
      await jobs.wait(failed.id);
      await using window = await at.open(size, '/jobs');
      const { page } = window;
      const list = page.getByRole('list', { name: 'Jobs' });
      await list.getByText(`long-${size}`).waitFor();
      await expectCare(page);
      await list.getByText(`failing-${size}`).click();
      await page
        .getByText(/Command 2: .*exited with 7/)
        .first()
        .waitFor();
      await page
        .getByRole('list', { name: 'Commands of attempt 1' })
        .getByText(/^exit 7$/)
        .first()
        .waitFor();
      await expectCare(page);
      await page.getByRole('link', { name: 'All jobs' }).click();
      await list.getByText(`long-${size}`).click();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('button', { name: 'Cancel it' }).click();
      // What it runs has its grace, and its session is torn down before it is over.
      await page.getByText('canceled', { exact: true }).waitFor({ timeout: 90_000 });
      expect((await jobs.get(long.id)).status).toBe('canceled');
    });
  });
});
