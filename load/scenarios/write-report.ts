import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toLoadHtml } from '../report/load-html.js';
import { toLoadSvg } from '../report/load-svg.js';
import { toLoadTerminal } from '../report/load-terminal.js';
import type { LoadReport } from './load-report.js';
import { isSound } from './sound.js';

/** What the picture shows of a run: of a long one how it holds out, of a short one what became of the stock. */
const pictured = (report: LoadReport): string[] =>
  report.trends.length > 0
    ? ['Memory', 'Open descriptors of the service', 'What waits', 'Time to answer', 'Answers']
    : ['Stock of all products', 'Time to answer', 'Answers'];

/** Prints the report and keeps it as JSON, as a page and as a picture. @returns whether it is sound */
export const writeLoadReport = (folder: string, report: LoadReport): boolean => {
  mkdirSync(folder, { recursive: true });
  const name = `load-${report.scenario}`;
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(report)}\n`);
  writeFileSync(join(folder, `${name}.html`), toLoadHtml(report));
  writeFileSync(join(folder, `${name}.svg`), toLoadSvg(report, pictured(report)));
  console.log(toLoadTerminal(report));
  console.log(`\nWritten: ${['json', 'html', 'svg'].map((kind) => join(folder, `${name}.${kind}`)).join(', ')}`);
  return isSound(report);
};
