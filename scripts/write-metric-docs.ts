/** Writes the tables of all metrics into docs/metrics.md. */
import { readFile, writeFile } from 'node:fs/promises';
import { metricCatalogue } from './metric-catalogue.js';
import { withTables } from './metric-tables.js';

const file = new URL('../docs/metrics.md', import.meta.url);

await writeFile(file, withTables(await readFile(file, 'utf8'), metricCatalogue()));
