import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { finish, submit } from '../harness/runs.ts';
import { openPage, SIZES, type Size } from './browser.ts';
import { PagePlace } from './page-place.ts';

/** `npm run screenshots`: takes the pictures for README and guide, from a real control plane with something in it. */
const FOLDER = resolve(import.meta.dirname, '../../docs/pictures');

const BUILD = String.raw`
printf '\033[1mBuilding\033[0m 214 modules\n'
for name in core contract server agent keeper sdk cli web; do printf '  \033[32m✓\033[0m packages/%-9s \033[2m%3d files\033[0m\n' $name $((40 + $(printf %s $name | wc -c) * 13)); done
printf '\033[33mwarning\033[0m: 2 modules are larger than 500 kB\n'
sleep 0.1; echo 'deprecated: option --legacy goes away with version 2' >&2; sleep 0.1
printf '\r  compressing  12 %%\r  compressing  58 %%\r  compressing 100 %%\n'
printf '\n\033[1mTests\033[0m\n'
i=1; while [ $i -le 24 ]; do printf '  \033[32m✓\033[0m keeps every byte, case %02d \033[2m%d ms\033[0m\n' $i $((i * 7)); i=$((i+1)); done
printf '  \033[31m✗\033[0m survives a full disk\n'
sleep 0.1; echo 'Error: no space left on device' >&2; sleep 0.1
mkdir -p dist; head -c 4812345 /dev/zero > dist/notes.tar.gz; echo 24 passed, 1 failed > dist/report.txt
printf '\n\033[1;42;30m PASS \033[0m 24   \033[1;41;30m FAIL \033[0m 1   \033[38;5;208m4.2 s\033[0m\n'
`;

const SPEED = {
  description: 'Measures the line to a host',
  shell: 'printf \'{"mbit": %s}\' "$ARG_MBIT" > "$ERRAND_RESULT"',
  parameters: {
    type: 'object',
    required: ['host'],
    properties: {
      host: { type: 'string', title: 'Host', default: 'example.com' },
      mbit: { type: 'number', title: 'Expected', description: 'In Mbit/s', default: 92.4 },
    },
  },
  result: { view: { kind: 'gauge', path: 'mbit', min: 0, max: 150, unit: 'Mbit/s' } },
};

const NOTES = `require('http').createServer((_, answer) => answer.end('notes')).listen(process.env.PORT)`;

const FILES = [
  ['index/titles.db', 120_000],
  ['talks/2026-11-20.md', 2_345],
  ['notes.md', 18_420],
  ['attachments.tar.gz', 48_600_000],
  ['.notesrc', 312],
] as const;

const FORECAST = {
  name: 'forecast-2026-11-22',
  session: { provider: 'process' },
  commands: [
    'echo "fetching the basin"; sleep 0.4',
    'echo "running 24 hours of streamflow"; sleep 0.6; printf "hour 24 of 24\\n"',
    'sleep 600',
  ],
  retry: { attempts: 3 },
  tags: ['nightly'],
};

const PROMPT = String.raw`PS1='\[\033[1;32m\]ada@workbench\[\033[0m\]:\[\033[1;34m\]~/notes\[\033[0m\]$ '`;
const LISTING = String.raw`${PROMPT}; clear; printf '\033[1;32mada@workbench\033[0m:\033[1;34m~/notes\033[0m$ git log --oneline --graph\n\033[31m*\033[0m \033[33m9f2c1ab\033[0m (\033[1;36mHEAD -> \033[1;32mmain\033[0m) Index notes as they are saved\n\033[31m*\033[0m \033[33m41d0e77\033[0m Search in titles first\n\033[31m*\033[0m \033[33m8be6610\033[0m Keep drafts over a restart\n\n\033[7m 3 commits \033[0m  \033[38;5;208mup to date\033[0m\n\n'`;

mkdirSync(FOLDER, { recursive: true });
await using at = new PagePlace();
await at.start();
await fill(at);
await picture('phone', 'light', takePhone);
await picture('wide', 'dark', takeWide);
await picture('wide', 'light', takeLight);

/** Something to look at: runs of every kind, a script with a history, an agent on another machine. */
async function fill({ server, place }: PagePlace): Promise<void> {
  using http = server.http();
  await http.ask('PUT', '/v1/scripts/speed', { body: SPEED });
  writeFileSync(place.path('release.sh'), `#!/bin/sh\n${BUILD}exit 1\n`, { mode: 0o755 });
  const sdk = server.sdk();
  const { token } = await sdk.pools.createToken('build', { labels: { os: 'linux', arch: 'arm64' } });
  const data = place.hasAgent(place.path('builder'));
  place.errand([
    'agent',
    'start',
    '--url',
    server.url,
    '--token',
    token,
    '--name',
    'builder-1',
    '--data',
    data,
  ]);
  for (const mbit of [88.1, 91.7, 64.2, 90.8, 93.5, 42.5, 89.9])
    await finish(http, { script: 'speed', args: { host: 'example.com', mbit } });
  await finish(http, { shell: 'make release', name: 'nightly', tags: ['night'] });
  await finish(http, { shell: './backup.sh /srv | tail -1; true' });
  await submit(http, { shell: 'sleep 600', name: 'deploy staging', pool: 'build' });
  await fillSessions(server);
  await server.sdk().jobs.create(FORECAST);
  await submit(http, { command: ['ffmpeg', '-i', 'talk.mkv', 'talk.webm'], pool: 'gpu' }).catch(
    () => undefined,
  );
}

async function fillSessions(server: PagePlace['server']): Promise<void> {
  const { sessions, runs } = server.sdk();
  const web = {
    name: 'notes-preview',
    shell: `exec ${process.execPath} -e "${NOTES}"`,
    ports: [8080],
    health: { path: '/' },
    idle: '45m',
    tags: ['preview'],
  };
  for (const wish of [web, { name: 'ada-workbench', idle: 'never' }, { name: 'nightly-data' }])
    await sessions.untilSettled((await sessions.create(wish)).id);
  await sessions.hold('ada-workbench', { for: '6h', note: 'long training' });
  await sessions.stop('nightly-data');
  await sessions.untilSettled('nightly-data');
  const files = sessions.files('notes-preview');
  for (const [path, bytes] of FILES) await files.write(path, { content: Buffer.alloc(bytes) });
  for (const shell of ['git clone -q /srv/notes.git || true', 'echo "214 notes indexed"', 'exit 2'])
    await (await runs.create({ session: 'notes-preview', shell })).wait();
}

async function takeTerminal(page: Page, name: string): Promise<void> {
  await page.goto(`${at.url}/sessions`);
  await page.getByText('ada-workbench').click();
  await page.getByRole('link', { name: 'Terminal' }).click();
  const [back, open] = [page.getByRole('button', { name: /^Go back/ }), page.getByText('Connected')];
  await back.or(open).first().waitFor();
  if (await back.isVisible()) await back.click();
  await open.waitFor();
  await page.keyboard.type(LISTING);
  await page.keyboard.press('Enter');
  await save(page, name);
}

async function takeFiles(page: Page, name: string): Promise<void> {
  await page.goto(`${at.url}/sessions`);
  await page.getByText('notes-preview').click();
  await page.getByRole('link', { name: 'Files' }).click();
  await page.getByRole('list', { name: 'Files in this folder' }).waitFor();
  await save(page, name);
}

async function takeSession(page: Page, name: string): Promise<void> {
  await page.goto(`${at.url}/sessions`);
  await page.getByText('notes-preview').click();
  await page.getByText('Why it is alive').waitFor();
  await page.getByText('8080', { exact: true }).waitFor();
  await save(page, name);
}

async function takeJob(page: Page, name: string): Promise<void> {
  await page.goto(`${at.url}/jobs`);
  await page.getByText('forecast-2026-11-22').click();
  await page.getByText('3 of 3', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Output' }).nth(1).click();
  await page.getByText('hour 24 of 24', { exact: true }).waitFor();
  await page.evaluate('scrollTo(0, 0)');
  await save(page, name);
}

async function takePhone(page: Page): Promise<void> {
  await startBuild(page);
  await page.getByRole('log').getByText('FAIL').waitFor();
  await save(page, 'phone-run-box');
  await page.getByRole('article').getByRole('link').first().click();
  await page.getByRole('log').getByText('FAIL').waitFor();
  await save(page, 'phone-live-run');
  await callSpeed(page);
  await page.evaluate('scrollTo(0, 190)');
  await save(page, 'phone-script');
  await page.goto(`${at.url}/runs`);
  await page.getByRole('list', { name: 'Runs' }).waitFor();
  await save(page, 'phone-runs');
  await takeSession(page, 'phone-session');
  await takeFiles(page, 'phone-files');
  await takeTerminal(page, 'phone-terminal');
  await takeJob(page, 'phone-job');
}

async function takeWide(page: Page): Promise<void> {
  await startBuild(page);
  await page.getByRole('log').getByText('FAIL').waitFor();
  await page.getByRole('article').getByRole('link').first().click();
  await page.getByRole('log').getByText('FAIL').waitFor();
  await page.getByLabel('Search in the output').fill('byte');
  await save(page, 'wide-live-run');
  await page.goto(`${at.url}/agents`);
  await page.getByText('builder-1').waitFor();
  await save(page, 'wide-agents');
  await takeTerminal(page, 'wide-terminal');
}

async function takeLight(page: Page): Promise<void> {
  await callSpeed(page);
  await save(page, 'wide-script');
  await page.goto(`${at.url}/runs`);
  await page.getByRole('list', { name: 'Runs' }).waitFor();
  await save(page, 'wide-runs');
  await page.goto(`${at.url}/sessions`);
  await page.getByText('nightly-data').waitFor();
  await save(page, 'wide-sessions');
  await takeJob(page, 'wide-job');
  await page.goto(`${at.url}/jobs/new`);
  await page
    .getByLabel('Document')
    .fill(
      'name: forecast\nsession:\n  provider: process\ncommands:\n  - ./fetch.sh\n  - shell: 24\noutputs:\n  - url: https://example.com/streamflow.nc\n    minSize: much\n',
    );
  await page.getByText(/^Line 9/).waitFor();
  await save(page, 'wide-new-job');
  await takeFiles(page, 'wide-files');
  await page.goto(`${at.url}/audit`);
  await page.getByRole('list', { name: 'Who did what' }).waitFor();
  await save(page, 'wide-audit');
}

async function startBuild(page: Page): Promise<void> {
  await page.goto(`${at.url}/?command=./release.sh --all&cwd=${at.place.folder}&artifacts=dist/*`);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
}

async function callSpeed(page: Page): Promise<void> {
  await page.goto(`${at.url}/scripts/speed`);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByRole('meter').getByText('92.4').waitFor();
  await page.getByRole('img', { name: /Result over time/ }).waitFor();
}

async function picture(
  size: Size,
  scheme: 'light' | 'dark',
  take: (page: Page) => Promise<void>,
): Promise<void> {
  const { page, context } = await openPage(at.browser, size, { colorScheme: scheme });
  await page.goto(`${at.url}/sign-in`);
  await page.getByLabel('Key').fill(at.server.key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByLabel('Command').waitFor();
  await take(page);
  await context.close();
}

async function save(page: Page, name: string): Promise<void> {
  // Moving parts come to rest.
  await page.waitForTimeout(1_200);
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
  console.log(
    `docs/pictures/${name}.png (${Object.values(SIZES[name.startsWith('phone') ? 'phone' : 'wide']).join(' x ')})`,
  );
}
