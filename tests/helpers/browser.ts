import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { noteMissing } from './needs.js';

/** A machine that is busy otherwise takes its time for everything that a page does. */
export const patientMs = 120_000;
/** One test of a page, whatever else runs beside it. */
export const pageTestMs = 420_000;

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const installMs = 300_000;
const launchTriesMax = 3;

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const findBrowser = (): string | undefined => {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
};

/** Debian's own, where we may: twice at most, each within a deadline. */
const installBrowser = (): string | undefined => {
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) return undefined;
  process.stderr.write('There is no Chromium: fetching Debian’s for the tests of the dashboard ...\n');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]): boolean =>
    spawnSync('apt-get', args, { env, stdio: 'ignore', timeout: installMs }).status === 0;
  for (let attempt = 0; attempt < 2; attempt++) {
    apt('update');
    if (apt('install', '--yes', '--no-install-recommends', 'chromium')) return findBrowser();
  }
  process.stderr.write('It could not be had.\n');
  return undefined;
};

const triedKey = 'TEST_BROWSER_TRIED';

/** The browser's path, sought once in a run. */
const browserPath = ((): string | undefined => {
  const found = findBrowser();
  if (found !== undefined || process.env[triedKey] !== undefined) return found;
  process.env[triedKey] = '1';
  return installBrowser();
})();

/** `describe` where there is a Chromium, else `describe.skip` with a loud note; that is no failure, in CI neither. */
export const describeBrowser = (name: string, suite: () => void): void => {
  if (browserPath !== undefined) {
    describe(name, suite);
    return;
  }
  noteMissing('Chromium', 'none on PATH, and none to be installed', name, { optional: true });
  describe.skip(name, suite);
};

/** Where pictures go that are kept to be looked at. */
export const artefact = (name: string): string => {
  const folder = resolve('tests', 'artefacts');
  mkdirSync(folder, { recursive: true });
  return join(folder, name);
};

export interface WatchedPage {
  page: Page;
  /** What must not be: errors that no code caught, errors in the console, violations of the policy. */
  problems: string[];
  /** The URLs of all that it has asked for. */
  requests: string[];
  close: () => Promise<void>;
}

/** The browser logs every answer from 400 on, and every connection that breaks; the page shows these itself. */
const isOfAnswers = (text: string): boolean => text.startsWith('Failed to load resource');

const watchPage = async (browser: Browser, options: BrowserContextOptions): Promise<WatchedPage> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(patientMs);
  const page = await context.newPage();
  const problems: string[] = [];
  const requests: string[] = [];
  page.on('pageerror', (error) => problems.push(`not caught: ${String(error)}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !isOfAnswers(message.text())) problems.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => requests.push(request.url()));
  return { page, problems, requests, close: () => context.close() };
};

export interface TestBrowser {
  /** A window of somebody new: nothing is remembered from another. */
  open: (options?: BrowserContextOptions) => Promise<WatchedPage>;
  close: () => Promise<void>;
}

/** Starts the browser; one whose start fails on a busy machine is started again. */
export const startBrowser = async (): Promise<TestBrowser> => {
  // As root there is no sandbox to be had; the only page that it opens is ours.
  const args = ['--disable-dev-shm-usage', '--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  for (let attempt = 1; ; attempt++) {
    try {
      const browser = await chromium.launch({
        executablePath: browserPath ?? 'chromium',
        args,
        timeout: patientMs,
      });
      return { open: (options = {}) => watchPage(browser, options), close: () => browser.close() };
    } catch (error) {
      if (attempt >= launchTriesMax) throw error;
    }
  }
};
