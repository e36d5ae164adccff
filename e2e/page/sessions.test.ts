import type { SessionCreateInput } from '@errand/sdk';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { needs } from '../../scripts/requires.ts';
import { joinFarAgent } from '../harness/far-agent.ts';
import { hosting } from '../harness/requirements.ts';
import { until } from '../harness/until.ts';
import { SIZES, type Size } from './browser.ts';
import { expectCare } from './care.ts';
import { atEachSize, describeConfiguredPage, type PagePlace } from './page-place.ts';

needs(hosting);

const SERVE =
  "require('http').createServer((_, answer) => answer.end('a page of the session')).listen(process.env.PORT)";

const CONFIG = `
logLevel: warn
templates:
  bench:
    description: A folder with a colour
    params: {properties: {color: {type: string, title: Colour, pattern: '^[a-z]+$'}}, required: [color]}
    spec: {provider: process, env: {COLOR: '{color}'}}
`;

describeConfiguredPage('the screens of sessions', CONFIG, (at) => {
  let lost: string;
  beforeAll(async () => {
    if (!hosting.ok) return;
    using http = at.server.http();
    const agent = await joinFarAgent(at.place, at.server, http);
    lost = await readySession(at, 'lost', { pool: 'lab', stopTimeout: '1s' });
    agent.kill('SIGKILL');
    await agent.ended;
  }, 60_000);

  atEachSize((size) => {
    it('make one from a template, by the form of its parameters', async () => {
      await using window = await at.open(size, '/sessions/new');
      const { page } = window;
      await page.getByText('A folder with a colour').waitFor();
      await press(page, 'Make it');
      await page.getByText('is needed').waitFor();
      await page.getByLabel('Colour').fill('Not one');
      await expectCare(page);
      await page.getByLabel('Colour').fill('green');
      await press(page, 'Make it');
      await page.getByText('ready', { exact: true }).waitFor();
      await page.getByText('COLOR=green').waitFor();
      await press(page, 'Delete');
      await press(page, 'Delete it');
    });

    it('make one, follow its start, say why it is alive, open and share its port, hold, stop, start and delete it', async () => {
      await using window = await at.open(size, '/sessions');
      const { page } = window;
      await page.getByRole('link', { name: 'New session' }).click();
      await page.getByLabel('Made from').selectOption('no template');
      await page.getByLabel('Ports').fill('eighty');
      await press(page, 'Make it');
      await page.getByText('A port is a number such as 8080, not eighty.').waitFor();
      await expectCare(page);
      await page.getByLabel('Name').fill(`web-${size}`);
      await page.getByLabel('Command', { exact: true }).fill(`exec ${process.execPath} -e "${SERVE}"`);
      await page.getByLabel('Ports').fill('8080');
      await page.getByLabel('It is healthy when').selectOption('path');
      await page.getByLabel('Its path, port or command').fill('/');
      await press(page, 'Make it');
      await page.getByText('ready', { exact: true }).waitFor();
      await page.getByText(/^It (became ready|was reached)/).waitFor();
      const timeline = page.getByRole('list', { name: 'What happened' });
      await until(async () => (await timeline.getByRole('listitem').count()) >= 3, 'the steps of its start');
      await expectCare(page);
      const [other] = await Promise.all([page.waitForEvent('popup'), press(page, /^Open the port|^Open/)]);
      await other.getByText('a page of the session').waitFor();
      await other.close();
      await shareByLink(page);
      await press(page, 'Hold');
      await page.getByLabel('Why (optional)').fill('a demonstration');
      await press(page, 'Hold', true);
      await page.getByText(/by \S+ until .*\(a demonstration\)/).waitFor();
      await press(page, 'Release');
      await press(page, 'Extend');
      await page.getByLabel('How long').fill('soon');
      await press(page, 'Extend', true);
      await page.getByText(/must be a duration/).waitFor();
      await page.getByLabel('How long').fill('30h');
      await press(page, 'Extend', true);
      await page.getByText('Extended', { exact: true }).waitFor();
      await press(page, 'Stop');
      await expectCare(page);
      await press(page, 'Stop it');
      await page.getByText('stopped', { exact: true }).waitFor();
      await expectCare(page);
      await press(page, 'Start');
      await page.getByText('ready', { exact: true }).waitFor();
      await page.getByRole('link', { name: 'All sessions' }).click();
      await page.getByRole('list', { name: 'Sessions' }).getByText(`web-${size}`).waitFor();
      await press(page, 'Ask the providers');
      await page.getByText('known', { exact: true }).first().waitFor();
      await expectCare(page);
      await page.getByRole('list', { name: 'Sessions' }).getByText(`web-${size}`).click();
      await press(page, 'Delete');
      await press(page, 'Delete it');
      await page.getByText('deleted', { exact: true }).waitFor();
      await page.goto(`${at.url}/sessions?all=true`);
      await page.getByRole('list', { name: 'Sessions' }).getByText(`web-${size}`).waitFor();
    });

    it('run commands in one, and give it a terminal that is there again after a reload', async () => {
      const session = await readySession(at, `shell-${size}`);
      await using window = await at.open(size, `/sessions/${session}?tab=commands`);
      const { page } = window;
      await page.getByLabel('Command').fill('echo "here is $(basename "$PWD")"');
      await page.keyboard.press('Enter');
      await page.getByText('here is files').waitFor();
      await expectCare(page);
      await page.reload();
      await page.getByRole('list', { name: 'What ran in it' }).getByText('here is').waitFor();
      await page.getByRole('link', { name: 'Terminal' }).click();
      await page.getByText('Connected').waitFor();
      await type(
        page,
        String.raw`printf '\033[38;2;1;200;3mgreen\033[0m\n'; echo "six times seven: $((6*7))"; stty size`,
      );
      await onScreen(page, 'six times seven: 42');
      const green = page.locator('.xterm-rows span', { hasText: /^green$/ });
      expect(await green.getAttribute('style')).toContain('rgb(1, 200, 3)');
      const rows = Number(await page.evaluate("document.querySelectorAll('.xterm-rows > div').length"));
      await onScreen(page, new RegExp(`^${rows} \\d+$`, 'm'));
      await expectCare(page);
      if (size === 'phone') await page.getByRole('button', { name: 'Up', exact: true }).click();
      else await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Enter');
      await until(async () => (await screen(page)).split('seven: 42').length === 3, 'the same once more');
      await page.reload();
      await press(page, /^Go back to the one begun/);
      await page.getByText('Connected').waitFor();
      await onScreen(page, 'six times seven: 42');
      await type(page, 'echo "still $((20+1))"; exit');
      await onScreen(page, 'still 21');
      await page.getByText(/The shell has ended/).waitFor();
    });
  });

  it.each(Object.keys(SIZES) as Size[])(
    'show the files of one, take them out and put others in, at the size %s',
    async (size) => {
      const session = await readySession(at, `files-${size}`);
      const files = at.server.sdk().sessions.files(session);
      await files.write('results/<b>one<i>.csv', { content: Buffer.from('a,b\n1,2\n') });
      await (await at.server.sdk().runs.create({ session, shell: 'ln -s results latest' })).wait();
      await using window = await at.open(size, `/sessions/${session}`);
      const { page } = window;
      await page.getByRole('link', { name: 'Files' }).click();
      const list = page.getByRole('list', { name: 'Files in this folder' });
      await list.getByRole('button', { name: /^latest/ }).click();
      await page.getByRole('navigation', { name: 'Folder' }).getByText('latest').waitFor();
      await page.getByRole('link', { name: 'Where commands begin' }).click();
      await list.getByRole('link', { name: /^results/ }).click();
      const [taken] = await Promise.all([
        page.waitForEvent('download'),
        list.getByRole('link', { name: /^<b>one<i>\.csv/ }).click(),
      ]);
      expect(taken.suggestedFilename()).toContain('.csv');
      expect((await taken.createReadStream().then((stream) => stream.toArray())).join('')).toBe('a,b\n1,2\n');
      await expectCare(page);
      await upload(page, 'Ünïcode & more.bin', 'first');
      await list.getByText('Ünïcode & more.bin').waitFor();
      await upload(page, 'Ünïcode & more.bin', 'the second');
      await page.getByRole('dialog', { name: 'Replace the file?' }).waitFor();
      await expectCare(page);
      await press(page, 'Replace', true);
      await list.getByText('10 bytes').waitFor();
      const kept = await Array.fromAsync(files.read('results/Ünïcode & more.bin'));
      expect(Buffer.concat(kept).toString()).toBe('the second');
      await press(page, 'New folder');
      await page.getByLabel('Name').fill('../up');
      await press(page, 'Make it', true);
      await page.getByText(/must not contain \.\./).waitFor();
      await page.getByLabel('Name').fill('deep/er');
      await press(page, 'Make it', true);
      await list.getByRole('link', { name: /^deep/ }).click();
      await list.getByRole('link', { name: /^er/ }).click();
      await page.getByText('Nothing is in this folder').waitFor();
      await expectCare(page);
      await page.goBack();
      await list.getByRole('link', { name: /^er/ }).waitFor();
      await page.goto(`${at.url}/sessions/${session}?tab=files&path=nowhere`);
      await page.getByText('There is no nowhere in the session.').waitFor();
      await at.server.sdk().sessions.stop(session);
      await page.getByText('Files are reached while the session runs.').waitFor();
      await expectCare(page);
    },
  );

  it('let a hostile program in a terminal do nothing but draw', async () => {
    const session = await readySession(at, 'hostile');
    await using window = await at.open('wide', `/sessions/${session}?tab=terminal`);
    const { page } = window;
    await page.getByText('Connected').waitFor();
    const title = await page.title();
    const hostile = String.raw`printf '\033]0;taken\007\033]52;c;dGFrZW4=\007<img src=x onerror=document.title=1>\033]8;;javascript:alert(1)\033\\click\033]8;;\033\\\n'; echo "the en""d"`;
    await type(page, hostile);
    await onScreen(page, 'the end');
    expect(await page.title()).toBe(title);
    expect(await page.evaluate("document.querySelectorAll('.xterm img, .xterm a').length")).toBe(0);
    expect(await page.evaluate('navigator.clipboard.readText()')).not.toBe('taken');
    // F6 is the way out for who has only a keyboard.
    expect(await page.evaluate("document.activeElement.closest('.xterm') !== null")).toBe(true);
    await page.keyboard.press('F6');
    expect(await page.evaluate("document.activeElement.closest('.xterm') === null")).toBe(true);
  });

  it('show a viewer what there is, and nothing to press', async () => {
    const session = await readySession(at, 'seen');
    const { secret } = await at.server.sdk().keys.create({ name: 'viewer', role: 'viewer', owner: 'local' });
    for (const size of Object.keys(SIZES) as Size[]) {
      await using window = await at.open(size, `/sessions/${session}`, { key: secret });
      const { page } = window;
      await page.getByText('ready', { exact: true }).waitFor();
      expect(await page.getByRole('button').count()).toBe(0);
      await expectCare(page);
      for (const [path, says] of [
        ['/sessions/new', 'This key may look, but not make anything.'],
        ['/jobs/new', 'This key may look, but not make anything.'],
        ['/audit', 'This is for admins'],
      ] as const) {
        await page.goto(`${at.url}${path}`);
        await page.getByText(says).waitFor();
      }
    }
  });

  it('are beside a list of who did what, which narrows to what is pressed', async () => {
    for (const size of Object.keys(SIZES) as Size[]) {
      const session = await readySession(at, `audited-${size}`);
      await using window = await at.open(size, '/');
      const { page } = window;
      if (size === 'phone') await page.getByRole('link', { name: 'More' }).click();
      await page.getByRole('link', { name: /^Audit/ }).click();
      const list = page.getByRole('list', { name: 'Who did what' });
      await list.getByRole('link', { name: session }).first().click();
      await until(async () => (await list.getByRole('listitem').count()) === 1, 'only this session');
      await list.getByText('create session').waitFor();
      await expectCare(page);
      await page.getByRole('link', { name: 'Show all again' }).click();
      await list.getByText('sign in').first().waitFor();
      await expectCare(page);
    }
  });

  it('tell of an agent that is gone, of what waits for it, and of a session that cannot be proven gone', async () => {
    const { sessions, runs } = at.server.sdk();
    await sessions.remove(lost);
    const { id } = await runs.create({ pool: 'lab', shell: 'true' });
    for (const size of Object.keys(SIZES) as Size[]) {
      await using window = await at.open(size, '/agents');
      const { page } = window;
      const far = page.getByRole('region', { name: 'Pool lab' }).getByRole('listitem', { name: 'far' });
      // Agents that hang are given a minute.
      await far.getByText('offline', { exact: true }).waitFor({ timeout: 90_000 });
      await far.getByText(/^heard .* ago$/).waitFor();
      await expectCare(page);
      await page.goto(at.url);
      const lab = page.getByLabel('Where it runs').locator('option', { hasText: 'lab' });
      await expect.poll(() => lab.allInnerTexts()).toEqual(['lab (0 of 1 online)']);
      await page.goto(`${at.url}/runs/${id}`);
      await page.getByText('No agent of the pool lab is online').first().waitFor();
      await page.goto(`${at.url}/sessions`);
      const alarm = /does not confirm that it is gone/;
      await page
        .getByRole('list', { name: 'Sessions' })
        .getByRole('listitem')
        .filter({ hasText: 'lost' })
        .getByText(alarm)
        .waitFor();
      await expectCare(page);
      await page.getByRole('list', { name: 'Sessions' }).getByText('lost').click();
      await page.getByRole('alert').getByText(alarm).waitFor();
      await page.getByText('deleting', { exact: true }).waitFor();
      await page.getByRole('heading', { name: 'Why it ends' }).waitFor();
      await expectCare(page);
    }
  });
});

async function readySession(at: PagePlace, name: string, more: SessionCreateInput = {}): Promise<string> {
  const { sessions } = at.server.sdk();
  const { id } = await sessions.create({ name, ...more });
  expect(await sessions.untilSettled(id)).toMatchObject({ state: 'ready' });
  return id;
}

async function press(page: Page, name: string | RegExp, inDialog = false): Promise<void> {
  const place = inDialog ? page.getByRole('dialog') : page;
  await place.getByRole('button', { name, exact: typeof name === 'string' }).click();
}

/** As somebody does who chooses a file of their machine. */
async function upload(page: Page, name: string, text: string): Promise<void> {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), press(page, 'Upload')]);
  await chooser.setFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(text) });
}

async function shareByLink(page: Page): Promise<void> {
  await press(page, 'Share');
  await page.getByLabel('Whoever has the link').check();
  await expectCare(page);
  await press(page, 'Share', true);
  await page.getByRole('dialog').getByText(/^http/).waitFor();
  await press(page, 'Done');
  await page.getByText(/Whoever has the link reaches them/).waitFor();
}

async function type(page: Page, line: string): Promise<void> {
  await page.keyboard.type(line);
  await page.keyboard.press('Enter');
}

async function screen(page: Page): Promise<string> {
  return (await page.evaluate(
    "[...document.querySelectorAll('.xterm-rows > div')].map((row) => row.textContent.replaceAll('\\u00a0', ' ').trimEnd()).join('\\n')",
  )) as string;
}

async function onScreen(page: Page, wanted: string | RegExp): Promise<void> {
  const fits = (text: string): boolean =>
    typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
  await until(async () => fits(await screen(page)), String(wanted));
}
