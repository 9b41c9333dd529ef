import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** How to get it, in one message. */
export const k6Missing =
  'k6 is not on the PATH. Get version 1 or newer (`brew install k6`, `winget install k6`, a package or a binary: ' +
  'https://grafana.com/docs/k6/latest/set-up/install-k6/), or run the same scenarios without it: `npm run load`.';

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
};

/** The first k6 of a search path; undefined when there is none. */
export const findK6 = (path: string | undefined): string | undefined =>
  (path ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => [join(folder, 'k6'), join(folder, 'k6.exe')])
    .find(isExecutable);
