import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { requires } from '../../scripts/requires.ts';
import { Place } from '../harness/place.ts';
import type { Server } from '../harness/server.ts';
import { chromium, openBrowser, openPage, SIZES, type Size } from './browser.ts';

/** Tests of the page, with one control plane and one browser for all of them. What goes wrong in a window fails the test that opened it. */
export function describePage(name: string, tests: (at: PagePlace) => void): void {
  describeConfiguredPage(name, undefined, tests);
}

/** The same; `config` is the text of errand.yaml. */
export function describeConfiguredPage(
  name: string,
  config: string | undefined,
  tests: (at: PagePlace) => void,
): void {
  requires(chromium)(name, () => {
    const at = new PagePlace(config);
    beforeAll(() => at.start(), 120_000);
    afterEach(() => expect(at.takeFaults()).toEqual([]));
    afterAll(async () => {
      await at[Symbol.asyncDispose]();
    });
    tests(at);
  });
}

/** The same tests in both sizes. */
export function atEachSize(tests: (size: Size) => void): void {
  describe.each(Object.keys(SIZES) as Size[])('at the size %s', tests);
}

export interface WindowOptions {
  readonly key?: string;
  readonly url?: string;
}

export interface Window extends AsyncDisposable {
  readonly page: Page;
}

type SignIn = Exclude<BrowserContextOptions['storageState'], string | undefined>;

/** A control plane and a browser. */
export class PagePlace implements AsyncDisposable {
  readonly #signIns = new Map<string, SignIn>();
  readonly #config: string | undefined;
  readonly #windows: { readonly faults: string[] }[] = [];
  #place: Place | null = null;
  #server: Server | null = null;
  #browser: Browser | null = null;

  constructor(config?: string) {
    this.#config = config;
  }

  async start(): Promise<void> {
    this.#place = new Place();
    // First, because it sees to it that the page is built, which the server reads when it starts.
    this.#browser = await openBrowser();
    this.#server = await this.#place.server(this.#config === undefined ? {} : { config: this.#config });
  }

  get place(): Place {
    return started(this.#place);
  }

  get server(): Server {
    return started(this.#server);
  }

  get browser(): Browser {
    return started(this.#browser);
  }

  /** Where a person opens the page. */
  get url(): string {
    return this.server.url.replace('127.0.0.1', 'errand.localhost');
  }

  /** What went wrong in windows since it was asked last. */
  takeFaults(): readonly string[] {
    return this.#windows.splice(0).flatMap(({ faults }) => faults);
  }

  /** A window that is signed in, at a path. */
  async open(
    size: Size,
    path = '/',
    { key = this.server.key, url = this.url }: WindowOptions = {},
  ): Promise<Window> {
    return await this.#window(size, `${url}${path}`, { storageState: await this.#signIn(key, url) });
  }

  /** A window that nobody is signed in to. */
  async openSignedOut(size: Size, path = '/'): Promise<Window> {
    return await this.#window(size, `${this.url}${path}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser?.close();
    await this.#place?.[Symbol.asyncDispose]();
  }

  async #window(size: Size, address: string, options?: Parameters<typeof openPage>[2]): Promise<Window> {
    const { page, context, faults } = await openPage(this.browser, size, options);
    this.#windows.push({ faults });
    await page.goto(address);
    return {
      page,
      async [Symbol.asyncDispose]() {
        await context.close();
      },
    };
  }

  /** What a browser keeps after a sign-in, got by one and used by every window of that key. */
  async #signIn(key: string, url: string): Promise<SignIn> {
    const name = `${url} ${key}`;
    const known = this.#signIns.get(name);
    if (known !== undefined) return known;
    const { page, context } = await openPage(this.browser, 'wide');
    await page.goto(`${url}/sign-in`);
    await page.getByLabel('Key').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    const made = await context.storageState();
    await context.close();
    this.#signIns.set(name, made);
    return made;
  }
}

function started<Part>(part: Part | null): Part {
  if (part === null) throw new Error('the place was not started');
  return part;
}
