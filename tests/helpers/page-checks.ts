import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { waitFor } from './wait-for.js';
import { patientMs } from './browser.js';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core finds wrong with the page as it stands, a line each. */
export const axeViolations = async (page: Page): Promise<string[]> => {
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(`${axeSource};undefined`);
  const { violations } = await page.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })');
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${String(target)}: ${failureSummary ?? ''}`),
  );
};

const overhangOf = (page: Page): Promise<string> =>
  page.evaluate<string>(`(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return '';
    const isOut = (element) => element.getBoundingClientRect().right > clientWidth + 1;
    const named = (element) => element.tagName.toLowerCase() + (element.className ? '.' + element.className : '');
    const scrolls = (element) => element !== null && (getComputedStyle(element).overflowX !== 'visible' || scrolls(element.parentElement));
    const out = [...document.querySelectorAll('body *')].filter((element) => isOut(element) && !scrolls(element.parentElement));
    return (scrollWidth - clientWidth) + ' px too wide: ' + out.slice(0, 6).map(named).join(', ');
  })()`);

const settleMs = 15_000;

/** How much wider the page is than its window, and what sticks out; empty when nothing does, once all has had the time to fit itself in. */
export const overhang = async (page: Page): Promise<string> => {
  const fits = async () => (await overhangOf(page)) === '';
  return waitFor(fits, { deadlineMs: settleMs }).then(
    () => '',
    () => overhangOf(page),
  );
};

/** Waits until nothing on the page is still to come. */
export const untilLoaded = (page: Page): Promise<unknown> =>
  waitFor(async () => (await page.locator('.loading, .boot').count()) === 0, {
    deadlineMs: patientMs,
    what: 'everything on the page',
  });

/** What has the focus, and whether one can see that it has. */
export interface Focused {
  tag: string;
  /** What it is called, or says. */
  name: string;
  visible: boolean;
  inDialog: boolean;
}

export const focused = (page: Page): Promise<Focused> =>
  page.evaluate<Focused>(`(() => {
    const element = document.activeElement ?? document.body;
    const style = getComputedStyle(element);
    const label = element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent ?? '';
    return {
      tag: element.tagName.toLowerCase(),
      name: label.trim().replaceAll(/\\s+/g, ' ').slice(0, 80),
      visible: (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none',
      inDialog: element.closest('dialog') !== null,
    };
  })()`);

const tabsMax = 120;

/** Presses Tab until that is what has the focus. @returns all stops on the way, it included */
export const tabTo = async (page: Page, wanted: (focus: Focused) => boolean, what: string): Promise<Focused[]> => {
  const stops: Focused[] = [];
  for (let tabs = 0; tabs < tabsMax; tabs++) {
    await page.keyboard.press('Tab');
    const stop = await focused(page);
    stops.push(stop);
    if (wanted(stop)) return stops;
  }
  throw new Error(
    `Tab does not get to ${what}; it got to ${stops.map(({ tag, name }) => `${tag} ${name}`).join(', ')}`,
  );
};
