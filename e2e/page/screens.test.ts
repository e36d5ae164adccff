import type { ScriptDefinitionInput } from '@errand/contract';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { finish, submit } from '../harness/runs.ts';
import { until } from '../harness/until.ts';
import { expectCare } from './care.ts';
import { atEachSize, describePage } from './page-place.ts';

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
} as const;

const CITIES = `printf '[{"city":"<i>Bonn","km":30},{"city":"Ulm","km":-15}]' > "$ERRAND_RESULT"`;
const VIEWED: Readonly<Record<'table' | 'bars' | 'many' | 'tree', ScriptDefinitionInput>> = {
  table: {
    shell: CITIES,
    result: { view: { kind: 'table', columns: [{ path: 'city', title: 'City' }, { path: 'km' }] } },
  },
  bars: {
    shell: CITIES,
    result: { view: { kind: 'chart', shape: 'bar', x: 'city', y: ['km'], unit: 'km' } },
  },
  many: { shell: 'seq -s, 1 5000 | sed "s/.*/[&]/" > "$ERRAND_RESULT"', result: { view: { kind: 'chart' } } },
  tree: {
    shell: `printf '{"a":{"b":{"c":{"deep":true}}},"list":[%s0]}' "$(seq -s, 1 250),"  > "$ERRAND_RESULT"`,
    result: {},
  },
};

/** More than one page of the list. */
const MANY = 55;

describePage('the screens', (at) => {
  beforeAll(async () => {
    const { scripts, pools } = at.server.sdk();
    for (const [name, script] of Object.entries({ speed: SPEED, ...VIEWED })) await scripts.set(name, script);
    await pools.createToken('spare');
    using http = at.server.http();
    const { id } = await submit(http, { shell: 'make -C /srv', pool: 'spare', owner: 'acme/ada' });
    await http.ask('POST', `/v1/runs/${id}/cancel`, { body: {} });
    const names = Array.from({ length: MANY }, (_, index) => `many-${index + 1}`);
    await Promise.all(names.map((name) => finish(http, { shell: 'true', name, tags: ['many'] })));
  }, 60_000);

  atEachSize((size) => {
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
    });

    it('find runs by words, pool, owner, tag and time, and older ones page by page', async () => {
      await using window = await at.open(size, '/runs?tag=many');
      const { page } = window;
      const list = page.getByRole('list', { name: 'Runs' });
      const shows = (count: number) => expect.poll(() => list.getByRole('listitem').count()).toBe(count);
      await shows(50);
      await page.getByRole('button', { name: 'Show older ones' }).click();
      await shows(MANY);
      await page.goto(`${at.url}/runs`);
      await shows(50);
      await page.keyboard.press('/');
      await page.keyboard.type('TRUE Many-7');
      await page.keyboard.press('Enter');
      await shows(1);
      await page.getByText(/^Looked through all \d+ runs\.$/).waitFor();
      await expectCare(page);
      await page.reload();
      await shows(1);
      await page.getByRole('button', { name: 'Search no more' }).click();
      await shows(50);
      await page.getByText('More filters').click();
      await page.getByLabel('Pool').selectOption('spare');
      await shows(1);
      await list.getByText('make -C /srv').waitFor();
      await expectCare(page);
      await page.getByLabel('Pool').selectOption('');
      for (const [label, text] of [
        ['Owner', 'acme'],
        ['Name', 'many-9'],
        ['Tag', 'many'],
      ] as const) {
        await page.getByLabel(label, { exact: true }).fill(text);
        await page.keyboard.press('Enter');
        await shows({ Owner: 1, Name: 0, Tag: 0 }[label]);
        if (label !== 'Owner') continue;
        await page.getByLabel('Submitted in').selectOption('hour');
        await shows(1);
      }
      await page.getByLabel('Owner').fill('');
      await page.keyboard.press('Enter');
      await shows(1);
      expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({
        tag: 'many',
        name: 'many-9',
        since: 'hour',
      });
    });

    it('show a result as table, chart or tree, as its script says, and a long one in part', async () => {
      using http = at.server.http();
      const ran = Object.keys(VIEWED).map(async (script) => [script, (await finish(http, { script })).id]);
      const ids = Object.fromEntries(await Promise.all(ran)) as Record<keyof typeof VIEWED, string>;
      await using window = await at.open(size, `/runs/${ids.table}`);
      const { page } = window;
      const table = page.getByRole('region', { name: 'Result' }).getByRole('table');
      await table.getByRole('columnheader', { name: 'City' }).waitFor();
      await table.getByRole('cell', { name: '<i>Bonn' }).waitFor();
      await expectCare(page);
      await page.goto(`${at.url}/runs/${ids.bars}`);
      const bars = page.getByRole('img', { name: 'Result: 2 numbers, from -15 to 30 km' });
      await bars.waitFor();
      const [tall = 0, short = 0] = (await page.evaluate(
        '[...document.querySelectorAll("[role=img] rect")].map((bar) => Number(bar.getAttribute("height")))',
      )) as number[];
      expect(tall / short).toBeCloseTo(2, 1);
      await expectCare(page);
      await page.goto(`${at.url}/runs/${ids.many}`);
      await page.getByText('the first 1,000 of 5,000').waitFor();
      await page.goto(`${at.url}/runs/${ids.tree}`);
      await page.getByRole('button', { name: 'b: 1 field' }).click();
      await page.getByRole('button', { name: 'c: 1 field' }).click();
      await page.getByText('deep: true').waitFor();
      await page.getByRole('button', { name: '151 more' }).click();
      await page.getByRole('button', { name: '51 more' }).waitFor();
      await expectCare(page);
    });

    it('of a run offer the files that it has kept, and say so where there are none', async () => {
      using http = at.server.http();
      const files = ['"out/<b>a.csv"', 'out/deep/ünï.bin', 'out/empty'];
      const shell = `mkdir -p out/deep; printf 'a,b' > ${files[0]}; head -c 12345 /dev/zero > ${files[1]}; : > ${files[2]}`;
      const kept = await finish(http, { shell, artifacts: ['out/**'] });
      const none = await finish(http, { shell: 'true', artifacts: ['out/*.csv'] });
      await using window = await at.open(size, `/runs/${kept.id}`);
      const { page } = window;
      const section = page.getByRole('region', { name: 'Files' });
      await section.getByText('3 files kept, 12.3 kB').click();
      const list = section.getByRole('list', { name: 'Files that were kept' });
      await list.getByText('12.3 kB').waitFor();
      await list.getByText('0 bytes').waitFor();
      await expectCare(page);
      const [taken] = await Promise.all([
        page.waitForEvent('download'),
        list.getByRole('link', { name: /^out\/<b>a\.csv/ }).click(),
      ]);
      expect((await taken.createReadStream().then((stream) => stream.toArray())).join('')).toBe('a,b');
      await page.getByRole('link', { name: 'Change and run again' }).click();
      await page.getByText('Options (1 set)').click();
      expect(await page.getByLabel('Files to keep').inputValue()).toBe('out/**');
      await page.goto(`${at.url}/runs/${none.id}`);
      await section.getByText('Not everything was kept: nothing is there that out/*.csv means.').waitFor();
    });

    it('of a run are shared by a link, which shows it to those alone who may see it', async () => {
      using http = at.server.http();
      const { id } = await finish(http, { shell: 'echo for few', owner: 'few/ada', name: `shared-${size}` });
      await using window = await at.open(size, `/runs/${id}`);
      const { page } = window;
      const link = await sharedLink(page);
      expect(link).toBe(`${at.url}/runs/${id}`);
      const { keys } = at.server.sdk();
      const mine = await keys.create({ name: `ada-${size}`, role: 'viewer', owner: 'few/ada' });
      const foreign = await keys.create({ name: `bob-${size}`, role: 'member', owner: 'few/bob' });
      await using other = await at.openSignedOut(size, new URL(link).pathname);
      await other.page.getByLabel('Key').waitFor();
      expect(await other.page.content()).not.toMatch(/for few|shared-/);
      await other.page.getByLabel('Key').fill(mine.secret);
      await other.page.keyboard.press('Enter');
      await other.page.getByRole('log').getByText('for few').waitFor();
      await other.page.getByRole('heading', { name: `shared-${size}` }).waitFor();
      expect(await other.page.title()).toContain(`shared-${size}`);
      expect(await other.page.getByRole('button', { name: 'Retry' }).count()).toBe(0);
      await keys.remove(mine.id);
      // What is on the screen was seen; the next thing that is asked ends it.
      await other.page.getByRole('link', { name: 'All runs' }).click();
      await other.page.getByLabel('Key').waitFor();
      await other.page.goto(link);
      await other.page.getByLabel('Key').fill(foreign.secret);
      await other.page.keyboard.press('Enter');
      await other.page.getByText('There is no such run.').waitFor();
      await expectCare(other.page);
      expect(await other.page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
      await other.page.getByRole('link', { name: 'All runs' }).click();
      await other.page.getByText('Nothing ran yet').waitFor();
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
      await expect.poll(() => isInView(gauge)).toBe(true);
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
      const history = page.getByRole('region', { name: 'History' });
      await history
        .getByRole('img', { name: /^Result over time: \d+ numbers, from 42.5 to 400 Mbit\/s$/ })
        .waitFor();
      await history.getByText('exit 3').first().waitFor();
      await expectCare(page);
      using http = at.server.http();
      const latest = async () => (await http.ask('GET', '/v1/runs?limit=1')).text;
      const before = await latest();
      await page.goto(`${at.url}/scripts/speed?args=${encodeURIComponent('{"host":"of a link"}')}`);
      await history.waitFor();
      expect(await page.getByLabel('Host').inputValue()).toBe('of a link');
      expect(await latest()).toBe(before);
    });

    it('let keys be made and revoked, and end everything at once when the own one is', async () => {
      // With a sign-in of its own, which it ends.
      await using window = await at.openSignedOut(size, '/keys');
      const { page } = window;
      await page.getByLabel('Key').fill(at.server.key);
      await page.getByRole('button', { name: 'Sign in' }).click();
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
    });

    it('let an agent be drained, given work again, and revoked after a question', async () => {
      const { token } = await at.server.sdk().pools.createToken('spare');
      using http = at.server.http();
      await http.ask('POST', '/v1/agent/join', { body: { token, name: `away-${size}` } });
      await using window = await at.open(size, '/agents');
      const { page } = window;
      const row = page
        .getByRole('region', { name: 'Pool spare' })
        .getByRole('listitem', { name: `away-${size}` });
      await row.getByText(/^0 of \d+ slots busy$/).waitFor();
      await page.getByRole('button', { name: `Drain away-${size}` }).click();
      await row.getByText('draining: it takes nothing new').waitFor();
      await page.getByRole('button', { name: `Give work again to away-${size}` }).click();
      await page.getByRole('button', { name: `Drain away-${size}` }).waitFor();
      await page.getByRole('button', { name: `Revoke away-${size}` }).click();
      await expectCare(page);
      await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
      await expect.poll(() => row.count()).toBe(0);
    });

    it('show who serves which pool, pause one, and give the line that makes a machine an agent', async () => {
      await using window = await at.open(size, '/agents');
      const { page } = window;
      const local = page.getByRole('region', { name: 'Pool local' });
      await local.getByText('online', { exact: true }).waitFor();
      await local.getByText(/^\d+ of 64 slots busy$/).waitFor();
      await local.getByText(/^heard /).waitFor();
      await page.getByRole('button', { name: 'Pause the pool local' }).click();
      await local.getByText('paused').waitFor();
      using http = at.server.http();
      const { id } = await submit(http, { shell: 'true' });
      await page.goto(`${at.url}/runs/${id}`);
      await page.getByText('Nothing written yet.').waitFor();
      expect(await page.getByText('The pool local is paused').count()).toBe(1);
      await page.goto(`${at.url}/agents`);
      await page.getByRole('button', { name: 'Resume the pool local' }).click();
      await page.getByRole('button', { name: 'Pause the pool local' }).waitFor();
      await page.getByRole('button', { name: 'Join an agent', exact: true }).click();
      await page.getByRole('textbox', { name: 'Pool' }).fill('Not A Name');
      await page.getByRole('button', { name: 'Make a token' }).click();
      await page.getByText('must be 1 to 63 of a-z').waitFor();
      await page.getByRole('textbox', { name: 'Pool' }).fill(`build-${size}`);
      await page.getByRole('button', { name: 'Make a token' }).click();
      await page.getByText(/agent\.sh \| ERRAND_JOIN_TOKEN=\S+ sh/).waitFor();
      await page.getByText('The token works once and ends in 23 h.').waitFor();
      await expectCare(page);
      await page.keyboard.press('Escape');
      await page.getByRole('region', { name: `Pool build-${size}` }).waitFor();
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
    });

    it('say what is there where nothing is yet, and are read in the dark, too', async () => {
      const { secret } = await at.server
        .sdk()
        .keys.create({ name: `new-${size}`, role: 'member', owner: `new-${size}` });
      await using window = await at.open(size, '/', { key: secret });
      const { page } = window;
      await page.emulateMedia({ colorScheme: 'dark' });
      for (const [path, says] of [
        ['/', 'do what you expect.'],
        ['/runs', 'Nothing ran yet'],
        ['/sessions', 'There is no session'],
        ['/jobs', 'There is no job'],
        ['/scripts/speed', 'Measures how fast the line is'],
        ['/agents', 'for admin keys only'],
        ['/keys', 'Signed in with'],
      ] as const) {
        await page.goto(`${at.url}${path}`);
        await page.getByText(says).first().waitFor();
        await expectCare(page);
      }
    });
  });
});

/** What "share" hands over: on a device that can share by itself to that, elsewhere to the clipboard. */
async function sharedLink(page: Page): Promise<string> {
  await page.evaluate('navigator.share = async ({ url }) => await navigator.clipboard.writeText(url)');
  await page.getByRole('button', { name: 'Share a link to this run' }).click();
  return await until(async () => {
    const text = (await page.evaluate('navigator.clipboard.readText()')) as string;
    return text.includes('/runs/') && text;
  }, 'the link');
}

/** Can it be seen without scrolling, beside the bar that a phone has at its lower end? */
async function isInView(place: Locator): Promise<boolean> {
  const bar = await place.page().getByRole('navigation', { name: 'Main' }).boundingBox();
  const box = await place.boundingBox();
  if (box === null || bar === null) return false;
  const end = bar.y > 0 ? bar.y : bar.height;
  return box.y >= 0 && box.y + box.height <= end;
}
