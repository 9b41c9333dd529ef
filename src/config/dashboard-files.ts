import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** A file of the dashboard in each form that it is sent in. */
export interface DashboardFile {
  /** For `Content-Type`. */
  type: string;
  /** Names its content; without quotes. */
  tag: string;
  identity: Buffer;
  gzip: Buffer;
  br: Buffer;
}

export interface DashboardFiles {
  page: DashboardFile;
  /** By name; a name tells its content, as the build takes it from there. */
  assets: ReadonlyMap<string, DashboardFile>;
}

/** Where `npm run build` puts it, seen from the sources as from the build. */
const directory = fileURLToPath(new URL('../../dist/public/', import.meta.url));
const pageName = 'index.html';

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};

const readOne = async (from: string, name: string, type: string): Promise<DashboardFile> => {
  const [identity, gzip, br] = await Promise.all([
    readFile(`${from}${name}`),
    readFile(`${from}${name}.gz`),
    readFile(`${from}${name}.br`),
  ]);
  return { type, tag: createHash('sha256').update(identity).digest('base64url').slice(0, 22), identity, gzip, br };
};

/**
 * The built dashboard, compressed forms included; undefined where there is no build, as in a fresh checkout that was not started by
 * `npm start`. What is read once is served for as long as the process lives.
 * @param from where it lies, ending in a slash
 */
export const readDashboardFiles = async (from = directory): Promise<DashboardFiles | undefined> => {
  try {
    const files = new Map<string, DashboardFile>();
    for (const name of await readdir(from)) {
      const type = types[name.split('.').at(-1) ?? ''];
      if (type !== undefined) files.set(name, await readOne(from, name, type));
    }
    const page = files.get(pageName);
    files.delete(pageName);
    return page && { page, assets: files };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};
