import { tsImport } from 'tsx/esm/api';

/**
 * One mongod for the whole run, on a port and a directory of its own. Jest loads this file with Node's own
 * resolution, which does not know that `./mongo.js` is `./mongo.ts`: hence tsx.
 */
export default async () => {
  const { missingKey, sharedUriKey, startMongod } = await tsImport('./mongo.ts', import.meta.url);
  try {
    globalThis.sharedMongod = await startMongod();
    process.env[sharedUriKey] = globalThis.sharedMongod.uri('');
  } catch (error) {
    process.env[missingKey] = error instanceof Error ? error.message : String(error);
  }
};
