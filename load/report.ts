import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toHtml } from './report/html.js';
import { toJson } from './report/json.js';
import { replaceTable, toMarkdown } from './report/markdown.js';
import type { Results } from './report/results.js';
import { toTerminal } from './report/terminal.js';

const rewriteReadme = (path: string, table: string): void => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    console.log('There is no README.md to write the table into.');
    return;
  }
  const rewritten = replaceTable(text, table);
  if (rewritten === null) console.log('README.md has no bench markers; its table is left alone.');
  else writeFileSync(path, rewritten);
};

/** Prints the results, keeps them under `load/results/` and rewrites the README's table. */
export const writeReport = (root: string, results: Results): void => {
  console.log(toTerminal(results));
  const folder = join(root, 'load', 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'latest.json'), toJson(results));
  writeFileSync(join(folder, 'latest.html'), toHtml(results));
  rewriteReadme(join(root, 'README.md'), toMarkdown(results));
  console.log('\nWritten: load/results/latest.json, load/results/latest.html');
};
