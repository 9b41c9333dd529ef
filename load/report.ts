import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyEntry, parseHistory } from './report/history.js';
import { toHtml } from './report/html.js';
import { toJson } from './report/json.js';
import { replaceTable, toMarkdown } from './report/markdown.js';
import type { Results } from './report/results.js';
import { toTerminal } from './report/terminal.js';

const rewriteReadme = (path: string, table: string): void => {
  if (!existsSync(path)) {
    console.log('There is no README.md to write the table into.');
    return;
  }
  const rewritten = replaceTable(readFileSync(path, 'utf8'), table);
  if (rewritten === null) console.log('README.md has no bench markers; its table is left alone.');
  else writeFileSync(path, rewritten);
};

/** The commit that was measured, with a `+` when files have changed since; null outside a repository. */
const commitOf = (root: string): string | null => {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--', 'src', 'load') === '' ? '' : '+'}`;
  } catch {
    return null;
  }
};

/**
 * Prints the results. Those of record replace `load/results/latest.*` and the README's table and enter the history; what was only a
 * look goes to `load/results/look.*`.
 */
export const writeReport = (root: string, results: Results): void => {
  console.log(toTerminal(results));
  const folder = join(root, 'load', 'results');
  mkdirSync(folder, { recursive: true });
  const { write } = results.settings;
  const historyFile = join(folder, 'history.jsonl');
  if (write) appendFileSync(historyFile, `${JSON.stringify(historyEntry(results, commitOf(root)))}\n`);
  const history = existsSync(historyFile) ? parseHistory(readFileSync(historyFile, 'utf8')) : [];
  const name = write ? 'latest' : 'look';
  writeFileSync(join(folder, `${name}.json`), toJson(results));
  writeFileSync(join(folder, `${name}.html`), toHtml(results, history));
  if (write) rewriteReadme(join(root, 'README.md'), toMarkdown(results));
  const kept = write
    ? 'history.jsonl and the README’s table'
    : 'neither the latest results nor the README were touched: --write';
  console.log(`\nWritten: load/results/${name}.json, load/results/${name}.html; ${kept}`);
};
