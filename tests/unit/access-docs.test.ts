import { readFileSync } from 'node:fs';
import { accessMarkdown } from '../../scripts/access-docs.js';

describe('README.md', () => {
  it('when its table of calls is read, then it says what the access table says (npm run docs:access writes it)', () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const written = /<!-- access:start -->([^]*)<!-- access:end -->/.exec(readme)?.[1]?.trim();
    expect(written).toBe(accessMarkdown());
  });
});
