import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload, type SourceMapping } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CpuProfile } from './call-tree.js';

type Frame = CpuProfile['nodes'][number]['callFrame'];

const readMap = (file: string): SourceMap | null => {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')) as SourceMapPayload);
  } catch {
    return null;
  }
};

/** A place that the map does not know is an empty object. */
const isMapped = (found: object | null | undefined): found is SourceMapping => found != null && 'originalLine' in found;

/**
 * Says where a call frame is: in the TypeScript source for our own code, `package/file.js:line` for packages, `node:...` for Node.
 * Nothing of it names a folder of the machine.
 */
export const createPlaces = (root: string): ((frame: Frame) => string) => {
  const maps = new Map<string, SourceMap | null>();
  const mapOf = (file: string): SourceMap | null => {
    const known = maps.get(file);
    if (known !== undefined) return known;
    const read = readMap(file);
    maps.set(file, read);
    return read;
  };
  const named = (file: string, line: number): string => {
    const path = relative(root, file).split(sep).join('/');
    return `${path.replace(/^(?:.*\/)?node_modules\//, '')}:${String(line + 1)}`;
  };
  return ({ url, lineNumber, columnNumber }) => {
    if (url === '') return '';
    if (url.startsWith('node:')) return `${url}:${String(lineNumber + 1)}`;
    const file = url.startsWith('file:') ? fileURLToPath(url) : url;
    const found = file.includes(`${sep}node_modules${sep}`) ? null : mapOf(file)?.findEntry(lineNumber, columnNumber);
    return isMapped(found)
      ? named(join(dirname(file), found.originalSource), found.originalLine)
      : named(file, lineNumber);
  };
};
