import { rename } from 'node:fs/promises';
import { transpile } from '../../scripts/transpile.js';

/** `node --import tsx tests/helpers/compile-programs.ts <directory>`: makes the directory, whole or not at all. */
const [, , target = ''] = process.argv;
const unfinished = `${target}.${process.pid}`;
transpile('.', ['src', 'tests/helpers'], unfinished);
await rename(unfinished, target);
