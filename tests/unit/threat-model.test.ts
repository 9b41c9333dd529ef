import { existsSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/threat-model.md', root), 'utf8');
const pathsIn = (text: string): string[] => [...text.matchAll(/`(tests\/[^`\s]+)`/g)].map(([, path]) => path ?? '');

describe('docs/threat-model.md', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| API'));

  it('when the risks are counted, then it has the ten of OWASP, in order, each with a test that holds it', () => {
    expect(rows.map((row) => /^\| API(\d+) /.exec(row)?.[1])).toEqual(Array.from({ length: 10 }, (_, i) => `${i + 1}`));
    for (const row of rows) expect(pathsIn(row).length).toBeGreaterThan(0);
  });

  it('when a test is named, then it is there', () => {
    const named = [...new Set(pathsIn(page))];
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((path) => !path.endsWith('.test.ts') || !existsSync(new URL(path, root)))).toEqual([]);
  });
});
