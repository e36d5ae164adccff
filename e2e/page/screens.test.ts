import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requires } from '../../scripts/requires.ts';
import { finish, submit } from '../harness/runs.ts';
import { until } from '../harness/until.ts';
import { chromium, SIZES, type Size } from './browser.ts';
import { expectCare } from './care.ts';
import { PagePlace } from './page-place.ts';

const SPEED = {
  description: 'Measures how fast the line is',
  shell:
    'echo "measuring $ARG_HOST"; case $ARG_HOST in bad) exit 3;; esac; printf \'{"mbit": %s}\' "$ARG_MBIT" > "$ERRAND_RESULT"',
  parameters: {
    type: 'object',
    required: ['host'],
    properties: {
      host: { type: 'string', title: 'Host', minLength: 2 },
      mbit: { type: 'number', title: 'Pretend', default: 42.5 },
    },
  },
  result: { view: { kind: 'gauge', path: 'mbit', min: 0, max: 150, unit: 'Mbit/s' } },
};

requires(chromium)('the screens', () => {
  let at: PagePlace;

  beforeAll(async () => {
    at = await PagePlace.open();
    using http = at.server.http();
    const answer = await http.ask('PUT', '/v1/scripts/speed', { body: SPEED });
    if (answer.status !== 200) throw new Error(answer.text);
  }, 120_000);
  afterAll(async () => {
    await at[Symbol.asyncDispose]();
  });

  describe.each(Object.keys(SIZES) as Size[])('at the size %s', (size) => {
    it('list runs as they come and go, filtered, and cancel several at once', async () => {
      using http = at.server.http();
      await finish(http, { shell: 'exit 9', name: `failing-${size}`, tags: ['night'] });
      await using window = await at.open(size, '/runs');
      const { page } = window;
      const list = page.getByRole('list', { name: 'Runs' });
      await list.getByText(`failing-${size}`).waitFor();
      const names = [`one-${size}`, `two-${size}`];
      await Promise.all(names.map((name) => submit(http, { command: ['sleep', '600'], name })));
      for (const name of names) await list.getByText(name).waitFor();
      await expectCare(page);
      await page.getByRole('button', { name: 'Open', exact: true }).click();
      await until(async () => (await list.getByText(`failing-${size}`).count()) === 0, 'open runs only');
      await page.getByRole('button', { name: 'Choose all 2 open' }).click();
      await page.getByRole('button', { name: 'Cancel 2 runs' }).click();
      await page.getByText('No run is like that').waitFor({ timeout: 30_000 });
      await expectCare(page);
      await page.getByRole('button', { name: 'Failed', exact: true }).click();
      await list.getByText(`failing-${size}`).waitFor();
      await page.goto(`${at.url}/runs?tag=none`);
      await page.getByText('No run is like that').waitFor();
      expect(window.faults).toEqual([]);
    });

    it('call a script by its form, checked as one types, and show its result on the gauge', async () => {
      await using window = await at.open(size, '/scripts');
      const { page } = window;
      await page.getByText('Measures how fast the line is').waitFor();
      await expectCare(page);
      await page.getByRole('link', { name: /^speed/ }).click();
      await page.getByRole('button', { name: 'Run' }).click();
      await page.getByText('is needed').waitFor();
      await page.getByLabel('Host').fill('x');
      await page.getByText('must have at least 2 characters').waitFor();
      await expectCare(page);
      await page.getByLabel('Host').fill('example');
      await page.getByRole('button', { name: 'Run' }).click();
      const gauge = page.getByRole('meter');
      await gauge.getByText('42.5 Mbit/s').waitFor();
      const needle = async (): Promise<number> =>
        Number(await gauge.locator('[data-angle]').getAttribute('data-angle'));
      expect(await needle()).toBeCloseTo(-90 + (42.5 / 150) * 180, 0);
      await expectCare(page);
      await page.getByLabel('Pretend').fill('400');
      await page.getByRole('button', { name: 'Run' }).click();
      await gauge.getByText('400 Mbit/s').waitFor();
      expect(await needle()).toBe(90);
      await page.getByLabel('Host').fill('bad');
      await page.getByRole('button', { name: 'Run' }).click();
      await page.getByText('The command exited with 3.').waitFor();
      expect(await page.getByRole('meter').count()).toBe(0);
      await page.getByRole('img', { name: /Result over time/ }).waitFor({ timeout: 30_000 });
      expect(window.faults).toEqual([]);
    });

    it('let keys be made and revoked, and end everything at once when the own one is', async () => {
      await using window = await at.open(size, '/keys');
      const { page } = window;
      await page.getByRole('button', { name: 'New key' }).click();
      await expectCare(page);
      await page.getByLabel('Name').fill(`phone-${size}`);
      await page.getByRole('button', { name: 'Make it' }).click();
      const secret = await page.getByText(/^err_/).innerText();
      await expectCare(page);
      await page.getByRole('button', { name: 'Done' }).click();
      await using other = await at.open(size, '/runs', { key: secret });
      await other.page.getByRole('heading', { name: 'Runs' }).waitFor();
      await page.getByRole('button', { name: `Revoke phone-${size}` }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
      await other.page.getByLabel('Key').waitFor();
      expect(await other.page.evaluate('Object.keys(localStorage).length')).toBe(0);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByLabel('Key').waitFor();
      await page.reload();
      await page.getByLabel('Key').waitFor();
      expect([...window.faults, ...other.faults]).toEqual([]);
    });

    it('show who serves which pool, pause one, and give the line that makes a machine an agent', async () => {
      await using window = await at.open(size, '/agents');
      const { page } = window;
      const local = page.getByRole('region', { name: 'Pool local' });
      await local.getByText('online', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Pause the pool local' }).click();
      await local.getByText('paused').waitFor();
      await page.getByRole('button', { name: 'Resume the pool local' }).click();
      await page.getByRole('button', { name: 'Pause the pool local' }).waitFor();
      await page.getByRole('button', { name: 'Join an agent', exact: true }).click();
      await page.getByRole('textbox', { name: 'Pool' }).fill('Not A Name');
      await page.getByRole('button', { name: 'Make a token' }).click();
      await page.getByText('must be 1 to 63 of a-z').waitFor();
      await page.getByRole('textbox', { name: 'Pool' }).fill(`build-${size}`);
      await page.getByRole('button', { name: 'Make a token' }).click();
      await page.getByText(/agent\.sh \| ERRAND_JOIN_TOKEN=\S+ sh/).waitFor();
      await expectCare(page);
      await page.keyboard.press('Escape');
      await page.getByRole('region', { name: `Pool build-${size}` }).waitFor();
      expect(window.faults).toEqual([]);
    });

    it('of a viewer offer nothing that a viewer may not do', async () => {
      const { secret } = await at.server
        .sdk()
        .keys.create({ name: `viewer-${size}`, role: 'viewer', owner: 'local' });
      await using window = await at.open(size, '/', { key: secret });
      const { page } = window;
      await page.getByText('This key may look, but not run anything.').waitFor();
      await page.goto(`${at.url}/agents`);
      await page.getByRole('region', { name: 'Pool local' }).waitFor();
      expect(await page.getByRole('button').count()).toBe(0);
      await page.goto(`${at.url}/keys`);
      await page.getByText('but not at keys').waitFor();
      await page.goto(`${at.url}/no/such/page`);
      await page.getByText('There is no such page').waitFor();
      await page.goto(`${at.url}/runs/run_0000000000000000`);
      await page.getByText('There is no such run.').waitFor();
      await expectCare(page);
      expect(window.faults).toEqual([]);
    });
  });

  it('can all be reached and used with the keyboard alone', async () => {
    await using window = await at.open('wide');
    const { page } = window;
    await page.getByLabel('Command').waitFor();
    const focused = async (): Promise<string> =>
      (await page.evaluate(
        'document.activeElement.getAttribute("aria-label") ?? document.activeElement.innerText',
      )) as string;
    const tabTo = async (what: string): Promise<void> => {
      for (let presses = 0; presses < 60; presses += 1) {
        if ((await focused()).trim() === what) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`no way to ${what}`);
    };
    await page.keyboard.press('/');
    await page.keyboard.type('echo by keyboard');
    await page.keyboard.press('Enter');
    await page.getByText('exit 0', { exact: true }).waitFor();
    await tabTo('Runs');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Runs' }).waitFor();
    await page.getByRole('list', { name: 'Runs' }).waitFor();
    for (let presses = 0; presses < 60 && !(await focused()).includes('echo by keyboard'); presses += 1)
      await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('log').getByText('by keyboard').waitFor();
    await tabTo('Wrap long lines');
    await page.keyboard.press('Space');
    await page.locator('[aria-label="Wrap long lines"][aria-pressed="false"]').waitFor();
    await tabTo('Output');
    expect(window.faults).toEqual([]);
  });
});
