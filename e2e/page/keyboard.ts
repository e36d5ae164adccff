import type { Page } from 'playwright-core';

/** A screen with a long list has about so many places to stop at. */
const MOST_STOPS = 120;

/** What has the focus: how it is called, and what keeps people from seeing that it has it. A text, since it is of a browser's world. */
const FOCUSED = `(() => {
  const element = document.activeElement;
  const name = element.getAttribute('aria-label') ?? element.labels?.[0]?.innerText ?? element.innerText ?? '';
  if (element === document.body) return { name: '', fault: null };
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const middle = [Math.min(innerWidth - 1, Math.max(0, box.x + box.width / 2)), box.y + Math.min(box.height, innerHeight) / 2];
  const there = document.elementFromPoint(...middle);
  const covered = there === null || !(element.contains(there) || there.contains(element) || [...(element.labels ?? [])].some((label) => label.contains(there)));
  const fault = outlineStyle === 'none' || outlineWidth === '0px' ? 'has no outline' : covered ? 'is out of sight' : null;
  return { name: name.trim(), fault: fault && fault + ': ' + element.outerHTML.slice(0, 160) };
})()`;

interface Focused {
  readonly name: string;
  readonly fault: string | null;
}

/** Goes on with Tab until something of that name has the focus. Throws where nothing gets it, or where something on the way does without showing it. */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const isIt = (each: string): boolean => (typeof name === 'string' ? each === name : name.test(each));
  const seen: string[] = [];
  for (let stops = 0; stops < MOST_STOPS; stops += 1) {
    const { name: here, fault } = await focused(page);
    if (fault !== null) throw new Error(`on the way to ${name}, what has the focus ${fault}`);
    if (isIt(here)) return;
    seen.push(here);
    await page.keyboard.press('Tab');
  }
  throw new Error(`no way to ${name}, only to ${[...new Set(seen)].join(', ')}`);
}

/** The same, and presses it there. */
export async function pressByKey(page: Page, name: string | RegExp): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press('Enter');
}

/** The same, and writes into the field. */
export async function fillByKey(page: Page, name: string | RegExp, text: string): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.insertText(text);
}

async function focused(page: Page): Promise<Focused> {
  return (await page.evaluate(FOCUSED)) as Focused;
}
