import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Session } from '@errand/contract';
import { expect, it } from 'vitest';
import { needs, requires } from '../../scripts/requires.ts';
import type { HttpClient } from '../harness/http.ts';
import { hosting } from '../harness/requirements.ts';
import { until } from '../harness/until.ts';
import { chromium } from './browser.ts';
import { PagePlace } from './page-place.ts';

needs(hosting);

/** Serves an empty page and a service worker, and writes down what it was asked, with which cookies. */
const SERVE = `
require('http').createServer((request, answer) => {
  require('fs').appendFileSync('seen', JSON.stringify([request.url, request.headers.cookie ?? '']) + '\\n');
  const isWorker = request.url === '/worker.js';
  answer.setHeader('content-type', isWorker ? 'text/javascript' : 'text/html');
  answer.end(isWorker ? "onfetch = (event) => event.respondWith(new Response('mine'))" : '<title>page</title>');
}).listen(process.env.PORT, '127.0.0.1')`;

interface Targets {
  /** Of the control plane, as the person has it open. */
  readonly control: string;
  /** Of another session of the same person, that the browser has a cookie for. */
  readonly other: string;
}

requires(chromium)('a hostile page in a session', () => {
  it('reaches neither the control plane as the user nor another session, whatever it tries', async () => {
    await using at = new PagePlace();
    await at.start();
    using http = at.server.http();
    const [mean, other] = [await make(http), await make(http)];
    await using window = await at.open('wide');
    const { page } = window;
    const addresses: string[] = [];
    for (const { id } of [other, mean]) {
      const { link, address } = await ask<{ link: string; address: string }>(http, `/v1/sessions/${id}/open`);
      await page.goto(link);
      await expect.poll(() => page.title()).toBe('page');
      addresses.push(address);
    }
    const before = {
      runs: await count(http, 'runs'),
      keys: await count(http, 'keys'),
      other: seenBy(at, other),
    };
    const targets: Targets = { control: at.url, other: addresses[0] ?? '' };
    const got = await page.evaluate(`(${ATTACK})(${JSON.stringify(targets)})`);
    expect(got).toEqual({
      read: 'refused',
      readOther: 'refused',
      otherByImage: 'refused',
      frame: 'refused',
      opened: 'refused',
      socket: 'refused',
      otherSocket: 'refused',
      foreignWorker: 'refused',
      cookies: '',
    });
    // A form, posted into a frame, is on its way when the frame has loaded; the control plane has answered a later call by now.
    expect(await count(http, 'runs')).toBe(before.runs);
    expect(await count(http, 'keys')).toBe(before.keys);
    expect(seenBy(at, other)).toEqual(before.other);
    for (const [, cookie] of seenBy(at, mean)) expect(cookie).not.toMatch(/errand/);
    await page.goto(at.url);
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    await page.goto(targets.other);
    expect(await page.content()).toContain('<title>page</title>');
    for (const { id } of [mean, other]) await http.ask('DELETE', `/v1/sessions/${id}`);
  });
});

/** Runs in the page of the mean session. Says of each attempt what came of it. A text, since it is of a browser's world. */
const ATTACK = `async ({ control, other }) => {
  const refused = async (attempt) => {
    try {
      return String(await attempt());
    } catch {
      return 'refused';
    }
  };
  const event = (target, good, bad) =>
    new Promise((resolve) => {
      target.addEventListener(good, () => resolve(good));
      target.addEventListener(bad, () => resolve('refused'));
    });
  const loaded = (frame) => new Promise((resolve) => frame.addEventListener('load', resolve));
  // A new window is empty and ours until it has gone to its address.
  const shownIn = async (other) => {
    for (let tries = 0; tries < 100; tries += 1) {
      const text = other.document.body.textContent;
      if (text !== '') return text;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return '';
  };
  const body = '{"shell":"touch /tmp/owned"}';
  // Of these nobody sees an answer; what they did is counted at the control plane.
  for (const path of ['/v1/runs', '/v1/keys', '/v1/sign-out']) {
    await fetch(control + path, { method: 'POST', credentials: 'include', mode: 'no-cors', body }).catch(() => null);
    navigator.sendBeacon(control + path, body);
    const frame = document.createElement('iframe');
    frame.name = 'frame' + path;
    const form = document.createElement('form');
    Object.assign(form, { action: control + path, method: 'post', enctype: 'text/plain', target: frame.name });
    form.append(Object.assign(document.createElement('input'), { name: body, value: '' }));
    document.body.append(frame, form);
    const answered = loaded(frame);
    form.submit();
    await answered;
  }
  for (const name of ['errand', 'errand-at', '__Host-errand'])
    for (const domain of ['localhost', '.localhost', new URL(control).hostname])
      document.cookie = name + '=evil; domain=' + domain + '; path=/';
  await navigator.serviceWorker.register('/worker.js');
  const frame = document.createElement('iframe');
  frame.src = control;
  document.body.append(frame);
  await loaded(frame);
  const opened = window.open(control);
  return {
    read: await refused(async () => (await fetch(control + '/v1/runs', { credentials: 'include' })).text()),
    readOther: await refused(async () => (await fetch(other + '/read', { credentials: 'include' })).text()),
    otherByImage: await event(Object.assign(new Image(), { src: other + '/image' }), 'load', 'error'),
    frame: await refused(async () => frame.contentWindow.document.body.textContent),
    opened: await refused(() => shownIn(opened)),
    socket: await event(new WebSocket(control.replace('http', 'ws')), 'open', 'error'),
    otherSocket: await event(new WebSocket(other.replace('http', 'ws')), 'open', 'error'),
    foreignWorker: await refused(() => navigator.serviceWorker.register(other + '/worker.js')),
    cookies: document.cookie,
  };
}`;

async function make(http: HttpClient): Promise<Session> {
  const wish = { ports: [8080], command: [process.execPath, '-e', SERVE], health: { tcp: 8080 } };
  const { id } = await ask<Session>(http, '/v1/sessions', wish);
  return await until(async () => {
    const session = JSON.parse((await http.ask('GET', `/v1/sessions/${id}?wait=10s`)).text) as Session;
    return session.state === 'ready' && session;
  }, `${id} to be ready`);
}

async function ask<Answer>(http: HttpClient, path: string, body: object = {}): Promise<Answer> {
  const answer = await http.ask('POST', path, { body });
  if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`);
  return JSON.parse(answer.text) as Answer;
}

async function count(http: HttpClient, what: 'runs' | 'keys'): Promise<number> {
  const answer = JSON.parse((await http.ask('GET', `/v1/${what}`)).text) as Record<string, unknown[]>;
  return answer[what]?.length ?? -1;
}

/** What a session was asked, path and cookies. */
function seenBy({ place }: PagePlace, { id }: Session): readonly (readonly [string, string])[] {
  const file = join(place.path('data', 'agent', 'sessions', id), 'files', 'seen');
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as [string, string]);
}
