import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requires } from '../../scripts/requires.ts';
import { until } from '../harness/until.ts';
import { chromium, SIZES, type Size } from './browser.ts';
import { expectCare } from './care.ts';
import { PagePlace } from './page-place.ts';

const SERVE =
  "require('http').createServer((_, answer) => answer.end('a page of the session')).listen(process.env.PORT)";

requires(chromium)('the screens of sessions', () => {
  let at: PagePlace;

  beforeAll(async () => {
    at = await PagePlace.open();
  }, 120_000);
  afterAll(async () => {
    await at[Symbol.asyncDispose]();
  });

  describe.each(Object.keys(SIZES) as Size[])('at the size %s', (size) => {
    it('make one, follow its start, say why it is alive, open and share its port, hold, stop, start and delete it', async () => {
      await using window = await at.open(size, '/sessions');
      const { page } = window;
      await page.getByRole('link', { name: 'New session' }).click();
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
      expect(window.faults).toEqual([]);
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
      expect(window.faults).toEqual([]);
    });
  });

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
    expect(window.faults).toEqual([]);
  });

  it('show a viewer what there is, and nothing to press', async () => {
    const session = await readySession(at, 'seen');
    const { secret } = await at.server.sdk().keys.create({ name: 'viewer', role: 'viewer', owner: 'local' });
    await using window = await at.open('phone', `/sessions/${session}`, { key: secret });
    const { page } = window;
    await page.getByText('ready', { exact: true }).waitFor();
    expect(await page.getByRole('button').count()).toBe(0);
    await page.goto(`${at.url}/sessions/new`);
    await page.getByText('This key may look, but not make anything.').waitFor();
    await page.goto(`${at.url}/audit`);
    await page.getByText('This is for admins').waitFor();
    expect(window.faults).toEqual([]);
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
      expect(window.faults).toEqual([]);
    }
  });
});

async function readySession(at: PagePlace, name: string): Promise<string> {
  const { sessions } = at.server.sdk();
  const { id } = await sessions.create({ name });
  expect(await sessions.untilSettled(id)).toMatchObject({ state: 'ready' });
  return id;
}

async function press(page: Page, name: string | RegExp, inDialog = false): Promise<void> {
  const place = inDialog ? page.getByRole('dialog') : page;
  await place.getByRole('button', { name, exact: typeof name === 'string' }).click();
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
