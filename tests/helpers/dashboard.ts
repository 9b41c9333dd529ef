import type { Locator, Page } from 'playwright-core';
import { accountCalls, password, type Account } from './accounts.js';
import { artefact, patientMs, startBrowser, type TestBrowser, type WatchedPage } from './browser.js';
import type { FreshDatabase } from './mongo.js';
import { operator, startShop, type LocalShop } from './shop.js';
import { waitFor } from './wait-for.js';

/** The element's text, once it says that. */
export const untilSays = (locator: Locator, wanted: string | RegExp, what: string): Promise<string> =>
  waitFor(
    async () => {
      const text = await locator.innerText({ timeout: 5_000 });
      if (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text)) return text || ' ';
      throw new Error(`it says ${JSON.stringify(text.slice(0, 200))}`);
    },
    { deadlineMs: patientMs, intervalMs: 50, what },
  );

/** What people do on the page. */
export const actionsOn = (page: Page, url: string) => {
  const main = page.locator('#main');
  const visit = async (hash: string): Promise<void> => {
    await page.goto(`${url}/dashboard${hash}`);
    await page.locator('h1').first().waitFor();
  };
  const fillSignIn = async (email: string, given: string): Promise<void> => {
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password').fill(given);
    await main.getByRole('button', { name: 'Sign in', exact: true }).click();
  };
  return {
    main,
    visit,
    fillSignIn,
    signOutButton: page.getByRole('button', { name: 'Sign out' }),
    links: page.getByRole('navigation', { name: 'Views' }),
    /** What is left of the product whose page is open. */
    left: main.locator('.product-facts .stock-number'),
    /** Signs in, and goes there. */
    enter: async (who: { email: string; password?: string }, hash: string): Promise<void> => {
      await visit('#/sign-in');
      await fillSignIn(who.email, who.password ?? password);
      await page.getByRole('button', { name: 'Sign out' }).waitFor();
      await visit(hash);
    },
  };
};

export interface DashboardWorld {
  shop: LocalShop;
  browser: TestBrowser;
  people: Record<'user' | 'manager', Account> & { admin: { email: string; password: string } };
  close: () => Promise<void>;
}

/** A service with people and a browser; call it in `beforeAll`. */
export const startDashboard = async (
  database: FreshDatabase,
  env: Readonly<Record<string, string>> = {},
): Promise<DashboardWorld> => {
  const [shop, browser] = await Promise.all([startShop(database.uri, { env }), startBrowser()]);
  const connection = await database.connect();
  const accounts = accountCalls(shop.client, () => connection);
  return {
    shop,
    browser,
    people: {
      admin: operator,
      manager: await accounts.ofRole('manager', 'Mara'),
      user: await accounts.ofRole('user', 'Uli'),
    },
    close: async () => {
      await browser.close();
      await shop.close();
    },
  };
};

/** Opens a window, lets `use` work in it, and fails on what the page has done wrong meanwhile. */
export const inWindow = async (
  browser: TestBrowser,
  use: (window: WatchedPage) => Promise<void>,
  options: Parameters<TestBrowser['open']>[0] = {},
): Promise<void> => {
  const window = await browser.open(options);
  try {
    await use(window);
    expect(window.problems).toEqual([]);
  } catch (error) {
    await window.page
      .screenshot({
        path: artefact(
          `failed-${expect.getState().currentTestName?.replaceAll(/\W+/g, '-').slice(0, 100) ?? 'test'}.png`,
        ),
        timeout: 10_000,
      })
      .catch(() => undefined);
    throw error;
  } finally {
    await window.close();
  }
};
