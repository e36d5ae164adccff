import { existsSync } from 'node:fs';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium as launcher,
  type Page,
} from 'playwright-core';
import { buildPage } from '../../scripts/build/page.ts';
import type { Requirement } from '../../scripts/requires.ts';

/** The first is the same engine without what is around a page, and takes half the processor time. */
const EXECUTABLES = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];
const executable = EXECUTABLES.find((path) => existsSync(path));

export const chromium: Requirement = {
  name: 'Chromium',
  ok: executable !== undefined,
  reason: `neither ${EXECUTABLES.join(' nor ')} is there; apt-get install chromium`,
};

/** The two sizes that everything must work in. */
export const SIZES = {
  phone: { width: 360, height: 640 },
  wide: { width: 1440, height: 900 },
} as const;
export type Size = keyof typeof SIZES;

/** It must not call home, and a container has neither a sandbox nor a graphics card. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the system's Chromium with an empty profile, after it was seen to that the page is built from the present sources. */
export async function openBrowser(): Promise<Browser & AsyncDisposable> {
  await buildPage();
  return await launcher.launch({ executablePath: executable ?? '', headless: true, args: FLAGS });
}

export interface OpenPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What went wrong in the page: exceptions, refused content, errors on the console. */
  readonly faults: string[];
}

/** A window of its own in one of the two sizes, without cookies unless `options` brings some. */
export async function openPage(
  browser: Browser,
  size: Size,
  options: Pick<BrowserContextOptions, 'colorScheme' | 'storageState'> = {},
): Promise<OpenPage> {
  const phone = size === 'phone';
  const context = await browser.newContext({
    viewport: SIZES[size],
    colorScheme: 'light',
    hasTouch: phone,
    isMobile: phone,
    deviceScaleFactor: phone ? 2 : 1,
    permissions: ['clipboard-read', 'clipboard-write'],
    // Without a graphics card whatever pulses takes a processor for itself.
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    // A refused call is the business of the test that makes it.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
      faults.push(message.text());
  });
  return { page, context, faults };
}
