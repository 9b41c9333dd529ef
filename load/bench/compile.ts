import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

const sourcesBelow = (root: string, folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name));

/**
 * Turns the bench's own processes (rivals, generators) into plain JavaScript, so that what is measured is what a
 * built service runs: a development loader wraps every closure that a handler makes, which costs the rivals speed.
 * @param target a folder below `root`, so that packages are found from there
 * @returns a function from a source path such as `load/rivals/tutorial.ts` to the path of its compiled file
 */
export const compileBench = (root: string, target: string): ((source: string) => string) => {
  const compiled = (source: string): string => join(target, source.replace(/\.ts$/, '.js'));
  for (const source of [...sourcesBelow(root, 'load'), ...sourcesBelow(root, 'src')]) {
    const { outputText } = ts.transpileModule(readFileSync(join(root, source), 'utf8'), {
      compilerOptions: {
        target: ts.ScriptTarget.ES2023,
        module: ts.ModuleKind.ESNext,
        verbatimModuleSyntax: true,
      },
    });
    mkdirSync(dirname(compiled(source)), { recursive: true });
    writeFileSync(compiled(source), outputText);
  }
  writeFileSync(join(target, 'package.json'), '{"type":"module"}');
  return compiled;
};

const changedAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Builds the service when `dist` is missing or older than any of its sources. */
export const buildService = (root: string): void => {
  const newest = Math.max(...sourcesBelow(root, 'src').map((source) => changedAt(join(root, source))));
  if (changedAt(join(root, 'dist', 'server.js')) > newest) return;
  console.log('Building the service...');
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
};
