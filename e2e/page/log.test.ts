import { writeFileSync } from 'node:fs';
import { connect, createServer, type Socket, type Server as TcpServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { soak } from '../../scripts/sizes.ts';
import { finish, logOf, look, submit } from '../harness/runs.ts';
import { until } from '../harness/until.ts';
import { expectCare } from './care.ts';
import { atEachSize, describePage } from './page-place.ts';

/** Full size: 10,000,000 lines, more than a gigabyte. */
const LINES = soak ? 10_000_000 : 500_000;
const LINE =
  'the quick brown fox jumps over the lazy dog and goes on to say something that is of no use to anybody here';

describePage('the log of a run', (at) => {
  atEachSize((size) => {
    it('is searched, led through by errors, filtered, wrapped, stamped and linked to', async () => {
      using http = at.server.http();
      // Two streams are two pipes: which comes first is certain only where the second begins after the first has arrived.
      const said = at.place.path(`said-${size}`);
      const arrived = (step: number): string => `while [ ! -e ${said}${step} ]; do sleep 0.05; done`;
      const shell = `i=0; while [ $i -lt 400 ]; do echo "line $i"; i=$((i+1)); done; ${arrived(1)}; echo 'Error: here it is' >&2; ${arrived(2)}; seq 1000 1400; echo "a very long end $(seq -s ' ' 300)"`;
      const run = await submit(http, { shell });
      for (const [step, text] of ['line 399', 'Error: here it is'].entries()) {
        await until(async () => (await logOf(http, run.id)).includes(text), text);
        writeFileSync(`${said}${step + 1}`, '');
      }
      await look(http, run.id, 'ended');
      await using window = await at.open(size, `/runs/${run.id}`);
      const { page } = window;
      const log = page.getByRole('log');
      await log.getByText('a very long end').waitFor();
      await expectCare(page);
      await page.keyboard.press('/');
      await page.keyboard.type('LINE 123');
      await page.keyboard.press('Enter');
      await log.locator('mark', { hasText: 'line 123' }).waitFor();
      await page.keyboard.press('Enter');
      await page.getByText('Not found below').waitFor();
      await page.getByRole('button', { name: 'Error below' }).click();
      await log.getByText('Error: here it is').waitFor();
      await page.getByRole('button', { name: 'Only stderr' }).click();
      const stderr = page.getByRole('log', { name: 'What went to stderr' });
      await stderr.getByText('Error: here it is').waitFor();
      expect(await stderr.getByText('line 1').count()).toBe(0);
      await expectCare(page);
      await page.getByRole('button', { name: 'Only stderr' }).click();
      // Back at what was found, however it was left.
      await log.getByText('Error: here it is').waitFor();
      await page.getByRole('button', { name: 'Time stamps' }).click();
      await log.locator('time').first().waitFor();
      await page.getByRole('button', { name: /^(Follow|To the end)$/ }).click();
      await log.getByText('a very long end').waitFor();
      await page.getByRole('button', { name: 'Wrap long lines' }).click();
      await until(
        async () => (await inLog(page, 'return element.scrollWidth > element.clientWidth')) === true,
        'long lines that are not wrapped',
      );
      await expectCare(page);
      const offset = (await logOf(http, run.id)).indexOf('line 77\n');
      await page.goto(`${at.url}/runs/${run.id}?at=${offset}`);
      await log.getByText('line 77', { exact: true }).waitFor();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Download' }).click(),
      ]);
      expect((await download.createReadStream().then((stream) => stream.toArray())).join('')).toContain(
        'line 399\n',
      );
    });

    it('follows until somebody scrolls up, and again at their wish', async () => {
      using http = at.server.http();
      const gate = at.place.path(`follow-${size}`);
      const shell = `seq 1 300; while [ ! -e ${gate} ]; do sleep 0.05; done; echo one more; while [ ! -e ${gate}2 ]; do sleep 0.05; done; echo the last one; exit 3`;
      const { id } = await submit(http, { shell });
      await using window = await at.open(size, `/runs/${id}`);
      const { page } = window;
      const log = page.getByRole('log');
      await log.getByText('300', { exact: true }).waitFor();
      await log.hover();
      await page.mouse.wheel(0, -1_500);
      await page.getByRole('button', { name: 'Follow' }).waitFor();
      await finish(http, { shell: `touch ${gate}` });
      await look(http, id);
      const seen = log.getByText('one more', { exact: true });
      expect(await seen.count()).toBe(0);
      await page.getByRole('button', { name: 'Follow' }).click();
      await seen.waitFor();
      await finish(http, { shell: `touch ${gate}2` });
      await log.getByText('the last one').waitFor();
      await page.getByText('exit 3', { exact: true }).waitFor();
      await page.getByText('failed', { exact: true }).waitFor();
    });

    it('is canceled, killed and tried again, each attempt with its own log', async () => {
      using http = at.server.http();
      const gate = at.place.path(`again-${size}`);
      const shell = `if [ -e ${gate} ]; then echo second try; exit 0; fi; touch ${gate}; echo first try; sleep 600`;
      const { id } = await submit(http, { shell });
      await using window = await at.open(size, `/runs/${id}`);
      const { page } = window;
      await page.getByRole('log').getByText('first try').waitFor();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('canceled', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Retry' }).click();
      await page.getByRole('log').getByText('second try').waitFor();
      await page.getByText('succeeded', { exact: true }).waitFor();
      await expectCare(page);
      await page.getByRole('link', { name: /Attempt 1/ }).click();
      await page.getByRole('log').getByText('first try').waitFor();
    });

    it('of hostile output does nothing but show it', async () => {
      using http = at.server.http();
      const hostile = String.raw`printf '<img src=x onerror=document.title=1><script>document.title=2</script>\n\033]0;taken\007\033[2J\033[1;1H\033[?1049h\033]8;;javascript:alert(1)\033\\click\033]8;;\033\\\n'; head -c 1000000 /dev/zero | tr '\0' x; printf '\nthe end\n'`;
      const run = await finish(http, { shell: hostile });
      await using window = await at.open(size, `/runs/${run.id}`);
      const { page } = window;
      const log = page.getByRole('log');
      await log.getByText('the end').waitFor();
      expect(await page.title()).toContain('succeeded');
      await log.hover();
      await until(async () => {
        await page.mouse.wheel(0, -100_000);
        return (await log.getByText('<img src=x').count()) > 0;
      }, 'the first line');
      expect(await log.locator('img, script, a').count()).toBe(0);
      expect(await page.title()).not.toMatch(/^[12]$|taken/);
      await expectCare(page);
    });
  });

  it(`of ${LINES} lines opens at its tail, scrolls to any place and stays small`, {
    timeout: 600_000,
  }, async () => {
    using http = at.server.http();
    const run = await finish(http, { shell: `seq -f 'line %010.0f ${LINE}' ${LINES}` });
    await using window = await at.open('wide', '/runs');
    const { page } = window;
    const log = page.getByRole('log');
    const began = performance.now();
    await page.goto(`${at.url}/runs/${run.id}`);
    await log.getByText(lineOf(LINES)).waitFor();
    const opened = performance.now() - began;
    await log.hover();
    const first = async (): Promise<number> => Number(/line (\d+)/.exec(await log.innerText())?.[1]);
    for (let times = 0; times < 40; times += 1) await page.mouse.wheel(0, -5_000);
    await until(async () => (await first()) < LINES - 2_000, 'older lines');
    const rail = page.getByRole('scrollbar');
    for (const [key, from, to] of [
      ['Home', 0, 0.02],
      ['PageDown', 0.08, 0.13],
    ] as const) {
      await rail.press(key);
      await until(async () => {
        const place = (await first()) / LINES;
        return place >= from && place <= to;
      }, `the place behind ${key}`);
    }
    await page.getByLabel('Search in the output').fill(lineOf(LINES - 4_321));
    await page.keyboard.press('Enter');
    await log.locator('mark').first().waitFor({ timeout: 120_000 });
    const session = await page.context().newCDPSession(page);
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    const tallest = await page.evaluate(
      "Math.max(...[...document.querySelectorAll('*')].map((element) => element.scrollHeight))",
    );
    console.log(
      `${run.log?.bytes} bytes: open at the tail after ${opened.toFixed(0)} ms, heap ${(usedSize / 1e6).toFixed(1)} MB, tallest element ${String(tallest)} px`,
    );
    expect(usedSize).toBeLessThan(150_000_000);
    expect(tallest).toBeLessThan(2_000_000);
  });

  it('that grows by 100,000 lines a second does not freeze the page', { timeout: 120_000 }, async () => {
    using http = at.server.http();
    const { id } = await submit(http, { shell: `yes '${LINE}' | head -n 3000000; echo done with it` });
    await using window = await at.open('wide', `/runs/${id}`);
    const { page } = window;
    await page.getByRole('log').getByText('quick brown').first().waitFor();
    const beats = (await page.evaluate(
      'new Promise((done) => { let count = 0; const timer = setInterval(() => { count += 1; }, 50); setTimeout(() => { clearInterval(timer); done(count); }, 3000); })',
    )) as number;
    console.log(`of 60 turns in 3 s the page took ${beats}`);
    expect(beats).toBeGreaterThan(10);
    await page.getByText('done with it').last().waitFor({ timeout: 60_000 });
  });

  it('goes on without a gap after the network was away and the server started anew', {
    timeout: 180_000,
  }, async () => {
    using http = at.server.http();
    const cuttable = await Cuttable.open(Number(new URL(at.server.url).port));
    const gate = at.place.path('cut');
    // While it writes: the last part of the log grows for longer than the line is away.
    const [away, last] = soak ? [20_000, 700] : [0, 240];
    const lines = (from: number, to: number, pause: string): string =>
      `i=${from}; while [ $i -lt ${to} ]; do echo "line $i of it"; i=$((i+1)); ${pause} done`;
    const shell = `${lines(0, 60, '')}; while [ ! -e ${gate} ]; do sleep 0.05; done; ${lines(60, last, 'sleep 0.05;')}; echo it is over`;
    const { id } = await submit(http, { shell });
    const url = `http://errand.localhost:${cuttable.port}`;
    await using phone = await at.open('phone', `/runs/${id}`, { url });
    await using wide = await at.open('wide', `/runs/${id}`, { url });
    const pages = [phone.page, wide.page];
    const onEach = async (act: (page: Page) => Promise<unknown>): Promise<void> => {
      await Promise.all(pages.map(act));
    };
    await onEach((page) => page.getByRole('log').getByText('line 59 of it').waitFor());
    writeFileSync(gate, '');
    cuttable.cut();
    await at.server.kill();
    await onEach((page) => page.getByText('No connection').waitFor({ timeout: 30_000 }));
    await at.server.start();
    await sleep(away);
    cuttable.mend();
    await onEach((page) => page.getByRole('log').getByText('it is over').waitFor({ timeout: 60_000 }));
    const written = [...Array.from({ length: last }, (_, index) => `line ${index} of it`), 'it is over'];
    for (const page of pages) {
      await page.bringToFront();
      await page.getByText('succeeded', { exact: true }).waitFor();
      expect(await everyLine(page)).toEqual(written);
    }
    await cuttable[Symbol.asyncDispose]();
  });
});

function lineOf(number: number): string {
  return `line ${String(number).padStart(10, '0')}`;
}

/** Every line of the log, gathered while scrolling through it: only those in view are elements. */
async function everyLine(page: Page): Promise<readonly string[]> {
  const lines = new Map<number, string>();
  await inLog(page, 'element.scrollTop = 0');
  await page.locator('[data-index="0"]').waitFor();
  for (let top = 0; ; top += 200) {
    await inLog(page, `element.scrollTop = ${top}`);
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    const rows = await inLog(
      page,
      'return [...element.querySelectorAll("[data-index]")].map((row) => [Number(row.dataset.index), row.innerText.trim()])',
    );
    for (const [index, text] of rows as readonly (readonly [number, string])[]) lines.set(index, text);
    if (
      (await inLog(page, 'return element.scrollTop + element.clientHeight + 2 >= element.scrollHeight')) ===
      true
    )
      break;
  }
  return [...lines].toSorted(([one], [other]) => one - other).map(([, text]) => text);
}

/** Does something with the element that the log scrolls in. */
async function inLog(page: Page, body: string): Promise<unknown> {
  return await page.evaluate(`(() => { const element = document.querySelector('[role=log]'); ${body} })()`);
}

/** A line between browser and server that can be cut. */
class Cuttable implements AsyncDisposable {
  readonly #server: TcpServer;
  readonly #sockets = new Set<Socket>();
  #isCut = false;

  static async open(target: number): Promise<Cuttable> {
    const cuttable = new Cuttable(target);
    await new Promise<void>((resolve) => cuttable.#server.listen(0, '127.0.0.1', resolve));
    return cuttable;
  }

  private constructor(target: number) {
    this.#server = createServer((socket) => {
      if (this.#isCut) return socket.destroy();
      const onward = connect(target, '127.0.0.1');
      for (const end of [socket, onward]) {
        this.#sockets.add(end);
        end.on('error', () => undefined);
        end.on('close', () => this.#sockets.delete(end));
      }
      socket.pipe(onward).pipe(socket);
    });
  }

  get port(): number {
    return (this.#server.address() as { readonly port: number }).port;
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
