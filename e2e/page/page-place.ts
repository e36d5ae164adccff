import type { Browser, Page } from 'playwright-core';
import { Place } from '../harness/place.ts';
import type { Server } from '../harness/server.ts';
import { openBrowser, openPage, type Size } from './browser.ts';

/** A control plane and a browser, for the tests of one file. */
export class PagePlace implements AsyncDisposable {
  readonly place: Place;
  readonly server: Server;
  readonly browser: Browser;

  static async open(): Promise<PagePlace> {
    const place = new Place();
    const server = await place.server();
    return new PagePlace(place, server, await openBrowser());
  }

  private constructor(place: Place, server: Server, browser: Browser) {
    this.place = place;
    this.server = server;
    this.browser = browser;
  }

  /** Where a person opens the page. */
  get url(): string {
    return this.server.url.replace('127.0.0.1', 'errand.localhost');
  }

  /** A window that is signed in, at a path; what goes wrong in it fails the test at its end. */
  async open(
    size: Size,
    path = '/',
    { key = this.server.key, url = this.url }: { readonly key?: string; readonly url?: string } = {},
  ): Promise<Window> {
    const { page, context, faults } = await openPage(this.browser, size);
    await page.goto(`${url}/sign-in`);
    await page.getByLabel('Key').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation', { name: 'Main' }).waitFor();
    await page.goto(`${url}${path}`);
    return {
      page,
      faults,
      async [Symbol.asyncDispose]() {
        await context.close();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
    await this.place[Symbol.asyncDispose]();
  }
}

export interface Window extends AsyncDisposable {
  readonly page: Page;
  readonly faults: readonly string[];
}
