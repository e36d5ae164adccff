import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What holds for every screen: usable without seeing it, by a thumb, and on a narrow screen without scrolling sideways. */
export async function expectCare(page: Page): Promise<void> {
  expect(await seriousFaults(page)).toEqual([]);
  expect(await smallTargets(page)).toEqual([]);
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
}

/** What axe calls serious or critical. It is injected by the browser itself, so the page's policy stays as it is. */
async function seriousFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const violations = (await page.evaluate(
    'axe.run(document, {resultTypes: ["violations"]}).then((result) => result.violations)',
  )) as readonly Violation[];
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}

/**
 * Everything that can be pressed and is smaller than 44 by 44 pixels; a label counts with its control, a link in a line of output is text, and
 * what takes the keys of a terminal lies behind it: the whole terminal is pressed.
 */
const SMALL = `[...document.querySelectorAll('a, button, input, select, textarea, summary, [role=button], [role=scrollbar]')]
  .filter((element) => !element.closest('[role=log]') && element.checkVisibility({ visibilityProperty: true }))
  .filter((element) => !element.matches('.sr-only, .xterm-helper-textarea'))
  .map((element) => ({ element, box: (element.closest('label') ?? element).getBoundingClientRect() }))
  .filter(({ box }) => box.width > 0 && (box.width < 43.5 || box.height < 43.5))
  .map(({ element, box }) => Math.round(box.width) + ' x ' + Math.round(box.height) + ': ' + element.outerHTML.slice(0, 200))`;

async function smallTargets(page: Page): Promise<readonly string[]> {
  return (await page.evaluate(SMALL)) as readonly string[];
}
