import { readFileSync } from 'node:fs';
import { metricCatalogue } from '../../scripts/metric-catalogue.js';
import { withTables } from '../../scripts/metric-tables.js';

const docs = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
/** Which figures Node has of a process depends on the system; the page has those of Linux. */
const ofTheSystem = 'Process and Node';

/** Prettier pads the cells of tables. */
const squeezed = (text: string): string =>
  text
    .replaceAll(/-{3,}/g, '---')
    .replaceAll(/ +/g, ' ')
    .replaceAll(/\n{2,}/g, '\n');
const upToTheSystem = (text: string): string => text.split(`## ${ofTheSystem}`)[0] ?? '';

describe('docs/metrics.md', () => {
  const catalogue = metricCatalogue();

  it('when it is made anew, then it stays as it is (else: npm run docs:metrics)', () => {
    const fresh = squeezed(withTables(docs, catalogue));
    const kept = squeezed(docs);
    if (process.platform === 'linux') expect(kept).toBe(fresh);
    else expect(upToTheSystem(kept)).toBe(upToTheSystem(fresh));
  });

  it('when the metrics are looked through, then no name is there twice and each has a help', () => {
    const metrics = catalogue.flatMap((group) => group.metrics);
    const names = metrics.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
    expect(metrics.filter(({ help }) => help.length < 10)).toEqual([]);
  });
});
