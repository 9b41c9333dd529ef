/** Writes who may make which call into README.md. */
import { readFile, writeFile } from 'node:fs/promises';
import { accessMarkdown } from './access-docs.js';

const file = new URL('../README.md', import.meta.url);
const marked = /(<!-- access:start -->)[^]*(<!-- access:end -->)/;

const text = await readFile(file, 'utf8');
await writeFile(
  file,
  text.replace(marked, (_, start: string, end: string) => `${start}\n\n${accessMarkdown()}\n\n${end}`),
);
