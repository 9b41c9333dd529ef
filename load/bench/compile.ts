import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { sourcesBelow, transpile } from '../../scripts/transpile.js';

/**
 * Turns the bench's own processes (rivals, generators) into plain JavaScript, so that what is measured is what a
 * built service runs: a development loader wraps every closure that a handler makes, which costs the rivals speed.
 */
export const compileBench = (root: string, target: string): ((source: string) => string) =>
  transpile(root, ['load', 'src', 'scripts'], target);

const changedAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Builds the service when `dist` is missing or older than any of its sources. */
export const buildService = (root: string): void => {
  const newest = Math.max(...sourcesBelow(root, 'src').map((source) => changedAt(join(root, source))));
  if (changedAt(join(root, 'dist', 'server.js')) > newest) return;
  console.log('Building the service...');
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
};
