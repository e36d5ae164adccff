import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { needs } from '../../scripts/requires.ts';
import { hosting } from '../harness/requirements.ts';
import type { Size } from './browser.ts';
import { expectCare } from './care.ts';
import { fillByKey, pressByKey, tabTo } from './keyboard.ts';
import { atEachSize, describePage } from './page-place.ts';

needs(hosting);

const GREET = {
  shell: `printf '"hello %s"' "$ARG_NAME" > "$ERRAND_RESULT"`,
  parameters: {
    type: 'object',
    required: ['name'],
    properties: {
      name: { type: 'string', title: 'Whom', minLength: 2 },
      loud: { type: 'boolean', title: 'Loud' },
    },
  },
  result: {},
} as const;

describePage('by the keyboard alone', (at) => {
  beforeAll(async () => {
    await at.server.sdk().scripts.set('greet', GREET);
  });

  atEachSize((size) => {
    it('one signs in, runs a command, finds it in the list, and reads its log', async () => {
      await using window = await at.openSignedOut(size);
      const { page } = window;
      await page.getByLabel('Key').waitFor();
      await fillByKey(page, 'Key', at.server.key);
      await page.keyboard.press('Enter');
      await page.getByLabel('Command').waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type('echo by keyboard');
      await page.keyboard.press('Enter');
      await page.getByText('exit 0', { exact: true }).waitFor();
      await goTo(page, size, 'Runs');
      await page.getByRole('list', { name: 'Runs' }).waitFor();
      await pressByKey(page, /^echo by keyboard/);
      await page.getByRole('log').getByText('by keyboard').waitFor();
      await tabTo(page, 'Wrap long lines');
      await page.keyboard.press('Space');
      await page.locator('[aria-label="Wrap long lines"][aria-pressed="false"]').waitFor();
      await tabTo(page, 'Output');
      await page.keyboard.press('Home');
      await pressByKey(page, /^Details/);
      await page.getByText('Submitted', { exact: true }).waitFor();
      await pressByKey(page, 'Change and run again');
      await page.getByText('A link filled this in').waitFor();
    });

    it('one fills the form of a script, and is led to what is wrong with it', async () => {
      await using window = await at.open(size);
      const { page } = window;
      await goTo(page, size, 'Scripts');
      await page.getByRole('heading', { name: 'Scripts' }).waitFor();
      await pressByKey(page, /^greet/);
      await fillByKey(page, 'Whom', 'x');
      await page.keyboard.press('Enter');
      await page.getByText('must have at least 2 characters').waitFor();
      await fillByKey(page, 'Whom', 'Ada');
      await tabTo(page, 'Loud');
      await page.keyboard.press('Space');
      await pressByKey(page, 'Run');
      await page.getByText('hello Ada').waitFor();
      await pressByKey(page, 'Show its output');
      await page.getByRole('region', { name: 'Output' }).waitFor();
    });

    it('one makes a session, goes through its parts, stops it and deletes it', async () => {
      await using window = await at.open(size);
      const { page } = window;
      await goTo(page, size, 'Sessions');
      await page.getByRole('link', { name: 'New session' }).waitFor();
      await pressByKey(page, 'New session');
      await page.getByLabel('Name').waitFor();
      await fillByKey(page, 'Name', `by-key-${size}`);
      await pressByKey(page, 'Limits');
      await fillByKey(page, 'Idle limit', '2h');
      await pressByKey(page, 'Make it');
      await page.getByText('ready', { exact: true }).waitFor();
      await pressByKey(page, 'Files');
      await page.getByText('Nothing is in this folder').waitFor();
      await pressByKey(page, 'New folder');
      await fillByKey(page, 'Name', 'made');
      await page.keyboard.press('Enter');
      await page.getByRole('list', { name: 'Files in this folder' }).getByText('made').waitFor();
      await pressByKey(page, 'Terminal');
      await page.getByText('Connected').waitFor();
      await page.keyboard.type('exit');
      await page.keyboard.press('Enter');
      // From then on Tab is no longer the shell's.
      await page.getByText(/The shell has ended/).waitFor();
      await pressByKey(page, 'Stop');
      await pressByKey(page, 'Stop it');
      await page.getByText('stopped', { exact: true }).waitFor();
      await pressByKey(page, 'Delete');
      await page.keyboard.press('Escape');
      // Gone, not only out of sight: one that is still on its way out is not opened again.
      await expect.poll(() => page.locator('dialog').count()).toBe(0);
      await pressByKey(page, 'Delete');
      await pressByKey(page, 'Delete it');
      await page.getByText('deleted', { exact: true }).waitFor();
    });

    it('one submits a job, and cancels it', async () => {
      await using window = await at.open(size);
      const { page } = window;
      await goTo(page, size, 'Jobs');
      await page.getByRole('link', { name: 'New job' }).waitFor();
      await pressByKey(page, 'New job');
      await page.getByLabel('Document').waitFor();
      const document = `name: by-key-${size}\nsession: {provider: process}\ncommands:\n  - sleep 600\n`;
      await fillByKey(page, 'Document', `${document}outputs:\n  - fiel: x\n`);
      await page
        .getByRole('button', { name: /^Line 6/ })
        .first()
        .waitFor();
      await pressByKey(page, /^Line 6/);
      await tabTo(page, 'Document');
      await fillByKey(page, 'Document', document);
      await expect.poll(() => page.getByRole('button', { name: 'Submit' }).isEnabled()).toBe(true);
      await pressByKey(page, 'Submit');
      await page.getByRole('list', { name: 'States' }).waitFor();
      await pressByKey(page, 'Cancel');
      await pressByKey(page, 'Cancel it');
      await page.getByText(/^(canceling|canceled)$/).waitFor();
    });

    it('one makes the line that joins an agent, and keys; and signs out', async () => {
      // With a sign-in of its own, which it ends.
      await using window = await at.openSignedOut(size, '/agents');
      const { page } = window;
      await page.getByLabel('Key').waitFor();
      await fillByKey(page, 'Key', at.server.key);
      await page.keyboard.press('Enter');
      await page.getByRole('region', { name: 'Pool local' }).waitFor();
      await pressByKey(page, 'Join an agent');
      await fillByKey(page, 'Pool', `key-${size}`);
      await page.keyboard.press('Enter');
      await page.getByText(/agent\.sh \| ERRAND_JOIN_TOKEN=\S+ sh/).waitFor();
      await pressByKey(page, 'Copy: the command for the agent');
      expect(await page.evaluate('navigator.clipboard.readText()')).toContain('ERRAND_JOIN_TOKEN=');
      await page.keyboard.press('Escape');
      await page.getByRole('region', { name: `Pool key-${size}` }).waitFor();
      await goTo(page, size, 'Keys');
      await page.getByRole('heading', { name: 'Keys' }).waitFor();
      await pressByKey(page, 'New key');
      await fillByKey(page, 'Name', `typed-${size}`);
      await page.keyboard.press('Enter');
      await page.getByText(/^err_/).waitFor();
      await pressByKey(page, 'Done');
      await pressByKey(page, `Revoke typed-${size}`);
      await pressByKey(page, 'Revoke');
      await expect.poll(() => page.getByText(`typed-${size}`).count()).toBe(0);
      await expectCare(page);
      await pressByKey(page, 'Sign out');
      await page.getByLabel('Key').waitFor();
    });
  });
});

/** By the main navigation; on a phone some of it is behind "More". */
async function goTo(page: Page, size: Size, place: string): Promise<void> {
  const atThumb = ['Run', 'Runs', 'Sessions', 'Jobs'].includes(place);
  if (size === 'phone' && !atThumb) {
    await pressByKey(page, 'More');
    await page.getByRole('heading', { name: 'More' }).waitFor();
  }
  await pressByKey(page, size === 'phone' && !atThumb ? new RegExp(`^${place}`) : place);
}
