import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openProxyWorld, type ProxyWorld } from '../../test/proxy-world.ts';

/** A browser that opened the link of the session: its host, and the cookie it got. */
async function enter(world: ProxyWorld, key: string, id: string, body: object = {}) {
  const opened = await world.api<{ link: string; address: string }>(
    'POST',
    `/v1/sessions/${id}/open`,
    key,
    body,
  );
  const { host, pathname, search } = new URL(opened.link);
  const path = `${pathname}${search}`;
  const answer = await world.ask(path, { host });
  const cookie = (answer.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '';
  return { ...opened, host, path, answer, cookie };
}

it('passes a request with a key on, without the key and without what only we may say', async () => {
  await using world = await openProxyWorld();
  const key = await world.key();
  const { subdomain } = await world.session(key);
  const host = `${subdomain}.localhost:${world.port}`;
  const headers = {
    cookie: 'errand=one; mine=two; __Host-errand=x; errand-at=y',
    'x-forwarded-for': '6.6.6.6',
    te: 'trailers',
  };
  const answer = await world.ask('/path?a=%20b', { method: 'POST', host, key, body: 'hello', headers });
  expect(answer).toMatchObject({ status: 200, text: 'hello' });
  const [seen] = world.app.seen;
  const said = { host, cookie: 'mine=two', 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' };
  expect(seen).toMatchObject({ method: 'POST', url: '/path?a=%20b', headers: said });
  expect(JSON.stringify(seen)).not.toMatch(/err_|authorization|6\.6\.6\.6|trailers/);
});

it('tells the session who asks, as the proxy in front says it, where that is trusted', async () => {
  await using world = await openProxyWorld('localhost', undefined, true);
  const key = await world.key();
  const { subdomain } = await world.session(key);
  const host = `${subdomain}.localhost`;
  await world.ask('/', { host, key, headers: { 'x-forwarded-for': '6.6.6.6, 203.0.113.7' } });
  expect(world.app.seen[0]?.headers['x-forwarded-for']).toBe('203.0.113.7');
});

it('leaves credentials that are not ours to the session', async () => {
  await using world = await openProxyWorld();
  const key = await world.key();
  const { id } = await world.session(key);
  const { host, cookie } = await enter(world, key, id);
  await world.ask('/', { host, headers: { cookie: `${cookie}; a=b`, authorization: 'Bearer theirs' } });
  expect(world.app.seen[0]?.headers).toMatchObject({ authorization: 'Bearer theirs', cookie: 'a=b' });
});

it('makes a ticket a cookie of this host alone, once, and leaves its address', async () => {
  await using world = await openProxyWorld();
  const key = await world.key();
  const { id, subdomain } = await world.session(key);
  const { host, path, answer, cookie, address } = await enter(world, key, id, { path: '/page?x=1' });
  expect(address).toBe(`http://${subdomain}.localhost:${world.port}/page?x=1`);
  expect(answer).toMatchObject({
    status: 303,
    headers: { location: '/page?x=1', 'referrer-policy': 'no-referrer' },
  });
  expect(answer.headers['set-cookie']?.[0]).toMatch(
    /^errand-at=pass\.\S+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/,
  );
  expect((await world.ask('/', { host, headers: { cookie } })).status).toBe(200);
  expect((await world.ask(path, { host })).status).toBe(401);
  expect((await world.ask('/', { host })).status).toBe(404);
  await world.restart();
  expect((await world.ask('/', { host, headers: { cookie } })).status).toBe(200);
});

it.each([
  '//evil.example/',
  '/\\evil.example',
  'http://evil.example/',
  '/.errand/open?ticket=x',
  '/a\r\nx: y',
])('goes to no other host after a ticket: %j', async (to) => {
  await using world = await openProxyWorld();
  const key = await world.key();
  const { id } = await world.session(key);
  const opened = await world.api<{ link: string }>('POST', `/v1/sessions/${id}/open`, key, {});
  const url = new URL(opened.link);
  url.searchParams.set('to', to);
  const answer = await world.ask(`${url.pathname}${url.search}`, { host: url.host });
  expect(answer.headers.location).toBe('/');
});

it('keeps the ticket and the cookie of one session from every other, and from the control plane', async () => {
  await using world = await openProxyWorld();
  const key = await world.key();
  const [one, two] = [await world.session(key), await world.session(key)];
  const { cookie } = await enter(world, key, one.id);
  const other = `${two.subdomain}.localhost:${world.port}`;
  expect((await world.ask('/', { host: other, headers: { cookie } })).status).toBe(404);
  const secret = cookie.replace('errand-at=pass.', '');
  const hash = createHash('sha256').update(secret).digest('hex');
  for (const value of [secret, `pass.${secret}`, `${one.id} ${secret}`, `${one.id} ${hash}`]) {
    const answer = await world.ask('/v1/whoami', { headers: { cookie: `errand=${value}` } });
    expect(answer.status).toBe(401);
  }
  const opened = await world.api<{ link: string }>('POST', `/v1/sessions/${one.id}/open`, key, {});
  const { pathname, search } = new URL(opened.link);
  expect((await world.ask(`${pathname}${search}`, { host: other })).status).toBe(401);
});

it('tells a foreign owner nothing: not by what it answers, not in a header', async () => {
  await using world = await openProxyWorld();
  const mine = await world.session(await world.key());
  const foreign = await world.key({ owner: 'other' });
  const viewer = await world.key({ role: 'viewer' });
  const ways = [{}, { key: foreign }, { key: viewer }, { headers: { cookie: 'errand-at=pass.none' } }];
  for (const how of ways) {
    const answers = [];
    for (const label of [mine.subdomain, 'wrong-otter', `8080-${mine.subdomain}`]) {
      const { status, text, headers } = await world.ask('/x', { host: `${label}.localhost`, ...how });
      answers.push({ status, text, headers: { ...headers, date: '' } });
    }
    expect(answers[0]).toMatchObject({ status: 404 });
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  }
  const open = await world.ask(`/v1/sessions/${mine.subdomain}/open`, {
    method: 'POST',
    key: foreign,
    body: '{}',
  });
  expect(open.status).toBe(404);
  expect((await world.ask('/', { host: `${mine.subdomain}.localhost`, key: 'err_wrong' })).status).toBe(401);
  for (const label of [mine.subdomain, 'wrong-otter'])
    await expect(world.socket(`${label}.localhost`, { authorization: `Bearer ${foreign}` })).rejects.toThrow(
      '404',
    );
  expect(world.app.seen).toEqual([]);
});

it('lets no page of another origin ride on the cookie', async () => {
  await using world = await openProxyWorld();
  const key = await world.key();
  const { id } = await world.session(key);
  const { host, cookie } = await enter(world, key, id);
  const evil = { cookie, origin: 'http://wrong-otter.localhost' };
  expect((await world.ask('/', { host, method: 'POST', headers: evil, body: 'x' })).status).toBe(404);
  await expect(world.socket(host, evil)).rejects.toThrow('404');
  for (const site of ['cross-site', 'same-site']) {
    const headers = { cookie, 'sec-fetch-site': site };
    expect(
      (await world.ask('/', { host, headers: { ...headers, 'sec-fetch-mode': 'no-cors' } })).status,
    ).toBe(404);
    const frame = { ...headers, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' };
    expect((await world.ask('/', { host, headers: frame })).status).toBe(404);
    const form = { ...frame, 'sec-fetch-dest': 'document' };
    expect((await world.ask('/', { host, method: 'POST', headers: form, body: 'x' })).status).toBe(404);
  }
  expect(world.app.seen).toEqual([]);
  const followed = {
    'sec-fetch-site': 'cross-site',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
  };
  expect((await world.ask('/', { host, headers: { cookie, ...followed } })).status).toBe(200);
  const own = await world.socket(host, { cookie, origin: `http://${host}` });
  own.destroy();
});

it('confines cookies that a session sets to its host, and lets it set none of ours', async () => {
  await using world = await openProxyWorld();
  const key = await world.key();
  const { subdomain } = await world.session(key);
  world.app.on('/', (_request, response) => {
    const cookies = [
      'a=1; Domain=localhost; Path=/',
      'errand=evil',
      'errand-at=evil',
      '__Host-errand=evil; Secure',
    ];
    response.writeHead(200, { 'set-cookie': cookies }).end();
  });
  const answer = await world.ask('/', { host: `${subdomain}.localhost`, key });
  expect(answer.headers['set-cookie']).toEqual(['a=1; Path=/']);
});

it('carries 10,000 messages of a WebSocket as they are', async () => {
  await using world = await openProxyWorld();
  const key = await world.key();
  const { subdomain } = await world.session(key);
  const socket = await world.socket(`${subdomain}.localhost`, { authorization: `Bearer ${key}` });
  const sent = createHash('sha256');
  const back = createHash('sha256');
  let [out, returned] = [0, 0];
  const echoed = Promise.withResolvers<void>();
  socket.on('data', (piece: Buffer) => {
    back.update(piece);
    returned += piece.length;
    if (returned === TOTAL) echoed.resolve();
  });
  const messages = Array.from({ length: 10_000 }, (_, at) => randomBytes(1 + ((at * 37) % 900)));
  const TOTAL = messages.reduce((sum, { length }) => sum + length, 0);
  for (const message of messages) {
    sent.update(message);
    out += message.length;
    if (!socket.write(message)) await new Promise((drained) => socket.once('drain', drained));
  }
  await echoed.promise;
  expect([out, back.digest('hex')]).toEqual([TOTAL, sent.digest('hex')]);
  socket.destroy();
}, 120_000);

it('keeps sockets that are silent for an hour: by key, by cookie, and by a link that is not over by then', async () => {
  await using world = await openProxyWorld();
  const key = await world.key();
  const { id } = await world.session(key, { idle: 'never' });
  const { host, cookie } = await enter(world, key, id);
  const share = { level: 'link', for: '2h' };
  const { link } = await world.api<{ link: string }>('POST', `/v1/sessions/${id}/share`, key, share);
  const guest = { cookie: await cookieOfLink(world, host, link) };
  const sockets = [
    await world.socket(host, bearer(key)),
    await world.socket(host, { cookie }),
    await world.socket(host, guest),
  ];
  for (let minute = 0; minute < 60; minute += 1) {
    world.later(60_000);
    await sleep(25);
  }
  for (const socket of sockets) {
    socket.write('still here');
    expect(String(await new Promise((resolve) => socket.once('data', resolve)))).toBe('still here');
    socket.destroy();
  }
  expect((await world.ask('/', { host, headers: { cookie } })).status).toBe(200);
});

it('passes pieces on as they come, in both directions, and an end that came too soon as such', async () => {
  await using world = await openProxyWorld();
  const key = await world.key();
  const { subdomain } = await world.session(key);
  const head = `Host: ${subdomain}.localhost\r\nAuthorization: Bearer ${key}\r\n`;
  world.app.on('/events', (_request, response) => void response.writeHead(200).write('first'));
  expect(await world.raw(`GET /events HTTP/1.1\r\n${head}\r\n`, /first/)).toMatch(/200 OK[^]*first/);
  world.app.on('/half', (_request, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('half');
    setTimeout(() => response.destroy(), 20);
  });
  await expect(world.ask('/half', { host: `${subdomain}.localhost`, key })).rejects.toThrow(
    /aborted|hang up/,
  );
});

it('ends open sockets once the key is revoked', async () => {
  await using world = await openProxyWorld();
  const key = await world.key();
  const session = await world.session(key);
  const socket = await world.socket(`${session.subdomain}.localhost`, { authorization: `Bearer ${key}` });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resume();
  await world.api('DELETE', `/v1/keys/${session.createdBy}`, world.admin);
  await closed;
});

it.each([
  ['the share is taken back', { level: 'team' }, { level: 'owner' }],
  ['another link is made', { level: 'link', for: '1h' }, { level: 'link', for: '1h' }],
  ['the link is over', { level: 'link', for: '1s' }, null],
])('ends what somebody else holds open once %s, and nothing of the owner', async (_what, share, after) => {
  await using world = await openProxyWorld();
  const key = await world.key();
  const { id, subdomain } = await world.session(key);
  const host = `${subdomain}.localhost:${world.port}`;
  const shared = (body: object) =>
    world.api<{ link: string | null }>('POST', `/v1/sessions/${id}/share`, key, body);
  const { link } = await shared(share);
  const guest =
    link === null
      ? { authorization: `Bearer ${await world.key({ owner: 'acme/user-2' })}` }
      : { cookie: await cookieOfLink(world, host, link) };
  const [socket, own] = [await world.socket(host, guest), await world.socket(host, bearer(key))];
  world.app.on('/slow', (_request, response) => void response.write('begun'));
  const stream = world.ask('/slow', { host, headers: guest });
  await expect.poll(() => world.app.seen.some(({ url }) => url === '/slow')).toBe(true);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resume();
  if (after !== null) await shared(after);
  await closed;
  await expect(stream).rejects.toThrow();
  own.write('still here');
  expect(String(await new Promise((resolve) => own.once('data', resolve)))).toBe('still here');
  own.destroy();
});

function bearer(key: string) {
  return { authorization: `Bearer ${key}` };
}

async function cookieOfLink(world: ProxyWorld, host: string, link: string): Promise<string> {
  const { pathname, search } = new URL(link);
  const opened = await world.ask(`${pathname}${search}`, { host });
  return (opened.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '';
}

it('answers keys below /at/ as a guest: no cookies either way, no origin', async () => {
  await using world = await openProxyWorld();
  const key = await world.key();
  const { subdomain } = await world.session(key);
  world.app.on('/in', (_request, response) => {
    const headers = { 'set-cookie': 'a=1', 'access-control-allow-origin': '*', location: '/next' };
    response.writeHead(302, headers).end('moved');
  });
  const answer = await world.ask(`/at/8080-${subdomain}/in?x=1`, {
    key,
    headers: { cookie: 'errand=a; b=c' },
  });
  expect(answer).toMatchObject({ status: 302, text: 'moved' });
  expect(answer.headers).toMatchObject({
    location: `/at/8080-${subdomain}/next`,
    'content-security-policy': expect.stringMatching(/^sandbox;/),
  });
  expect(answer.headers).not.toHaveProperty('set-cookie');
  expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  const [seen] = world.app.seen;
  expect(seen).toMatchObject({ url: '/in?x=1', headers: { 'x-forwarded-prefix': `/at/8080-${subdomain}` } });
  expect(seen?.headers).not.toHaveProperty('cookie');
  const socket = await world.socket(
    `localhost:${world.port}`,
    { authorization: `Bearer ${key}` },
    `/at/${subdomain}/s`,
  );
  socket.destroy();
  expect((await world.ask(`/at/${subdomain}/in`, { key: await world.key({ owner: 'other' }) })).status).toBe(
    404,
  );
  expect((await world.ask(`/at/${subdomain}/in`, { key, host: 'evil.example' })).status).toBe(421);
});

it('sends a signed-in browser from /at/ to the own host of the session', async () => {
  await using world = await openProxyWorld();
  const key = await world.key();
  const { subdomain } = await world.session(key);
  const signIn = await world.ask('/v1/sign-in', { method: 'POST', body: JSON.stringify({ key }) });
  const cookie = (signIn.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '';
  const window = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-fetch-site': 'none' };
  const sent = await world.ask(`/at/${subdomain}/page?x=1`, { headers: { cookie, ...window } });
  const link = new URL(sent.headers.location ?? '');
  expect([sent.status, link.host, link.searchParams.get('to')]).toEqual([
    303,
    `${subdomain}.localhost:${world.port}`,
    '/page?x=1',
  ]);
  expect((await world.ask(`${link.pathname}${link.search}`, { host: link.host })).status).toBe(303);
  const script = { cookie, 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };
  for (const headers of [script, {}, { cookie: 'errand=none' }])
    expect((await world.ask(`/at/${subdomain}/`, { headers })).status).toBe(401);
  expect(world.app.seen).toEqual([]);
});

it('lets in whom a session is shared with, until that is taken back', async () => {
  await using world = await openProxyWorld();
  const key = await world.key();
  const { id, subdomain } = await world.session(key);
  const host = `${subdomain}.localhost:${world.port}`;
  const [mate, foreign] = [await world.key({ owner: 'acme/user-2' }), await world.key({ owner: 'other' })];
  const share = async (body: object) =>
    (await world.api<{ link: string | null }>('POST', `/v1/sessions/${id}/share`, key, body)).link;
  const statuses = async () =>
    Promise.all(
      [{ key: mate }, { key: foreign }, {}].map(
        async (how) => (await world.ask('/', { host, ...how })).status,
      ),
    );
  expect(await statuses()).toEqual([404, 404, 404]);
  await share({ level: 'team' });
  expect(await statuses()).toEqual([200, 404, 404]);
  expect((await enter(world, mate, subdomain)).answer.status).toBe(303);
  const link = new URL((await share({ level: 'link', for: '1h' })) ?? '');
  expect(await statuses()).toEqual([404, 404, 404]);
  const opened = await world.ask(`${link.pathname}${link.search}`, { host });
  const [cookie = '', ...about] = (opened.headers['set-cookie']?.[0] ?? '').split(';');
  // It ends with the link, not later.
  expect(Number(/Max-Age=(\d+)/.exec(about.join())?.[1])).toBeLessThanOrEqual(3_600);
  expect((await world.ask('/', { host, headers: { cookie } })).status).toBe(200);
  await share({ level: 'link' });
  expect((await world.ask('/', { host, headers: { cookie } })).status).toBe(404);
  await share({ level: 'public' });
  expect(await statuses()).toEqual([200, 200, 200]);
  await share({ level: 'owner' });
  expect(await statuses()).toEqual([404, 404, 404]);
  const refused = await world.ask(`/v1/sessions/${id}/share`, {
    method: 'POST',
    key: foreign,
    body: '{"level":"public"}',
  });
  expect(refused.status).toBe(404);
});

it('wakes a stopped session for people and programs, not for pages left open', async () => {
  await using world = await openProxyWorld();
  const key = await world.key();
  const { id } = await world.session(key);
  const { host, cookie } = await enter(world, key, id);
  const stop = async () => {
    await world.api('POST', `/v1/sessions/${id}/stop`, key, {});
    await world.api('GET', `/v1/sessions/${id}?wait=20s`, key);
  };
  await stop();
  const polled = await world.ask('/poll', { host, headers: { cookie, 'sec-fetch-mode': 'cors' } });
  expect([polled.status, (await world.get(id)).desired]).toEqual([503, 'stopped']);
  const window = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', accept: 'text/html' };
  const page = await world.ask('/', { host, headers: { cookie, ...window } });
  expect(page).toMatchObject({
    status: 503,
    text: expect.stringMatching(/is starting[^]*http-equiv|http-equiv[^]*is starting/),
  });
  await world.api('GET', `/v1/sessions/${id}?wait=20s`, key);
  expect((await world.ask('/', { host, headers: { cookie, ...window } })).status).toBe(200);
  await stop();
  // Else one that everybody may see would never rest.
  await world.api('POST', `/v1/sessions/${id}/share`, key, { level: 'public' });
  const anybody = await world.ask('/', { host, headers: window });
  expect([anybody.status, (await world.get(id)).desired]).toEqual([503, 'stopped']);
  expect(await world.ask('/', { host, key })).toMatchObject({ status: 200 });
});

it.each([
  [
    'both lengths',
    'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /evil HTTP/1.1\r\n\r\n',
  ],
  ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!'],
  ['an obscure coding', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
  ['a space before the colon', 'Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n'],
  ['a folded line', 'X: a\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['a bare line feed', 'X: a\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['a chunk of a negative length', 'Transfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n0\r\n\r\n'],
  ['a chunk of an invented length', 'Transfer-Encoding: chunked\r\n\r\n0x1\r\nx\r\n0\r\n\r\n'],
  ['two codings', 'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
  ['a length with a sign', 'Content-Length: +5\r\n\r\nhello'],
  ['a list of lengths', 'Content-Length: 5, 5\r\n\r\nhello'],
  ['a return without a line feed', 'X: a\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['a zero byte', 'X: a\0b\r\nContent-Length: 0\r\n\r\n'],
  ['two hosts', 'Host: wrong-otter.localhost\r\nContent-Length: 0\r\n\r\n'],
])('refuses what two readers could read in two ways: %s', async (_what, rest) => {
  await using world = await openProxyWorld();
  const key = await world.key();
  const { subdomain } = await world.session(key);
  const head = `POST /first HTTP/1.1\r\nHost: ${subdomain}.localhost\r\nAuthorization: Bearer ${key}\r\n`;
  const answer = await world.raw(`${head}${rest}`, /\r\n\r\n/);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(world.app.seen.filter(({ url }) => url === '/evil')).toEqual([]);
});

it('keeps the length of a body whatever Connection names, and takes no other host from the request line', async () => {
  await using world = await openProxyWorld();
  const key = await world.key();
  const { subdomain } = await world.session(key);
  const host = `${subdomain}.localhost`;
  const body = 'GET /evil HTTP/1.1\r\nHost: x\r\n\r\n';
  const headers = { connection: 'content-length, host, close', 'content-length': String(body.length) };
  const answer = await world.ask('/', { method: 'GET', host, key, headers, body });
  expect(answer.text).toBe(body);
  expect(world.app.seen.map(({ url }) => url)).toEqual(['/']);
  const line = `GET http://wrong-otter.localhost/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  expect(await world.raw(line)).toMatch(/^HTTP\/1\.1 400 /);
});

it('reads what follows a request on its connection as a request of its own, with a right of its own', async () => {
  await using world = await openProxyWorld();
  const key = await world.key();
  const { subdomain } = await world.session(key);
  const host = `Host: ${subdomain}.localhost\r\n`;
  const first = `POST /first HTTP/1.1\r\n${host}Authorization: Bearer ${key}\r\nContent-Length: 2\r\n\r\nok`;
  const second = `GET /second HTTP/1.1\r\n${host}Connection: close\r\n\r\n`;
  expect(await world.raw(`${first}${second}`)).toMatch(/^HTTP\/1\.1 200 [^]*HTTP\/1\.1 404 /);
  const upgrade = `GET /plain HTTP/1.1\r\n${host}Authorization: Bearer ${key}\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`;
  await world.raw(`${upgrade}${second}`, /\r\n\r\n/);
  expect(world.app.seen.map(({ url }) => url)).not.toContain('/second');
});

it('takes no other spelling of a host for the control plane, and lets nobody in by one', async () => {
  await using world = await openProxyWorld();
  const key = await world.key();
  const foreign = await world.key({ owner: 'other' });
  const { subdomain } = await world.session(key);
  const spellings = [
    `${subdomain}.localhost`,
    `${subdomain.toUpperCase()}.LOCALHOST`,
    `${subdomain}.localhost.`,
    `8080-${subdomain}.localhost:${world.port}`,
    `x@${subdomain}.localhost`,
    `localhost.${subdomain}.localhost`,
    `${subdomain}.localhost, localhost`,
    `${subdomain}.localhost:80@localhost`,
    `localhost/${subdomain}.localhost`,
  ];
  for (const host of spellings) {
    const answer = await world.ask('/v1/sessions', { host, key: foreign });
    expect([host, answer.status]).toEqual([
      host,
      expect.toSatisfy((status) => [400, 404, 421].includes(status)),
    ]);
  }
  expect(world.app.seen).toEqual([]);
});

it.each([
  'errand-at=x',
  'ERRAND-AT=x',
  'errand-at\t =x',
  '=errand-at=x',
  '__Host-errand=x; Path=/',
  ' errand =x',
])('lets a session set no cookie that looks like ours: %s', async (cookie) => {
  await using world = await openProxyWorld();
  const key = await world.key();
  const { subdomain } = await world.session(key);
  world.app.on('/set', (_request, response) => {
    response.writeHead(200, { 'set-cookie': [cookie, 'own=1; Domain=localhost; domain = .localhost'] });
    response.end();
  });
  const { headers } = await world.ask('/set', { host: `${subdomain}.localhost`, key });
  expect(headers['set-cookie']).toEqual(['own=1']);
});

it('finds its cookie among many, and refuses heads that are too long', async () => {
  await using world = await openProxyWorld();
  const key = await world.key();
  const { id } = await world.session(key);
  const { host, cookie } = await enter(world, key, id);
  const among = (many: number) => `${'a=b; '.repeat(many)}errand-at=wrong; ${cookie}; $Version=1`;
  expect((await world.ask('/', { host, headers: { cookie: among(500) } })).status).toBe(200);
  expect(world.app.seen.at(-1)?.headers['cookie']).not.toContain('errand-at');
  const long = `GET /long HTTP/1.1\r\nHost: ${host}\r\nCookie: ${among(20_000)}\r\n\r\n`;
  // The connection may end before all of it was sent, and takes the answer along.
  expect(await world.raw(long)).toMatch(/^(HTTP\/1\.1 431 |$)/);
  expect(world.app.seen.map(({ url }) => url)).not.toContain('/long');
});
