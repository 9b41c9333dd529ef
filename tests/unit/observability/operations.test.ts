import { existsSync, readFileSync } from 'node:fs';
import { metricCatalogue } from '../../../scripts/metric-catalogue.js';
import { alerts, runbooks } from '../../helpers/observability.js';

const root = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
const operations = read('docs/operations.md');
const pages = [
  { path: 'docs/operations.md', text: operations },
  { path: 'docs/metrics.md', text: read('docs/metrics.md') },
  ...runbooks.map(({ name, text }) => ({ path: `docs/runbooks/${name}.md`, text })),
];

/** As GitHub makes them of headings. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found = '']) => found);

describe('docs/operations.md and the runbooks', () => {
  it('when settings are listed, then every key of .env.example is there, and no other', () => {
    const [, section = ''] = /\n## Settings\n([^]*?)\n## /.exec(operations) ?? [];
    const listed = section
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .flatMap((line) => all(line.split('|')[2] ?? '', /`([A-Z][A-Z0-9_]+)`/g));
    const keys = all(read('.env.example'), /^# ([A-Z][A-Z0-9_]+)=/gm);
    expect(keys.length).toBeGreaterThan(30);
    expect(listed.sort()).toEqual(keys.sort());
  });

  it.each(pages.map(({ path, text }) => [path, text] as const))(
    'when %s names files, then they are there',
    (_, text) => {
      const named = all(text, /`((?:tests|src|deploy|scripts|docs)\/[\w./*-]+)`/g).map((path) =>
        path.replace(/\/?\*.*$/, ''),
      );
      expect(named.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
    },
  );

  it.each(pages.map(({ path, text }) => [path, text] as const))(
    'when %s links to pages, then page and heading are there',
    (path, text) => {
      const links = all(text, /\]\(([^)]+)\)/g).filter((link) => !/^https?:/.test(link));
      const broken = links.filter((link) => {
        const [file = '', anchor] = link.split('#');
        const target = file === '' ? new URL(path, root) : new URL(file, new URL(path, root));
        if (!existsSync(target)) return true;
        return anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor);
      });
      expect(broken).toEqual([]);
    },
  );

  it.each(pages.map(({ path, text }) => [path, text] as const))(
    'when %s names a script, then there is one',
    (_, text) => {
      const named = all(text, /npm run ([a-z][\w:]*)/g);
      expect(named.filter((name) => !(name in scripts))).toEqual([]);
    },
  );

  it('when a failure is told by an alert, then there is one of that name, and every failure says what users see and what to do', () => {
    const [, part = ''] = operations.split('\n## Failure by failure\n');
    const failures = part.split('\n### ').slice(1);
    expect(failures.length).toBeGreaterThan(15);
    const names = new Set(alerts.map(({ alert }) => alert));
    for (const failure of failures) {
      const told = all(failure, /`([A-Z][a-z]+(?:[A-Z][a-zA-Z]*)+)`/g);
      expect(told.filter((name) => !names.has(name))).toEqual([]);
      for (const each of ['sers', 'You: ', 'Told by: ', 'Held by: ']) expect(failure).toContain(each);
    }
  });

  it('when a metric is named, then there is one of that name', () => {
    const names = new Set(metricCatalogue().flatMap(({ metrics }) => metrics.map(({ name }) => name)));
    const prefixes =
      /^(?:stock|http|mongodb|cache|outbox|event|events|jobs|job|ledger|units|product|sessions|account|rate|nodejs|process)_/;
    const named = all(operations, /`([a-z]+(?:_[a-z0-9]+)+)`/g).filter((name) => prefixes.test(name));
    expect(named.filter((name) => !names.has(name.replace(/_(bucket|sum|count)$/, '')))).toEqual([]);
  });
});
