import { tsImport } from 'tsx/esm/api';

/** The tests of the dashboard say what is amiss with it; no others need it. */
const buildPage = async () => {
  try {
    const { buildDashboard, isDashboardFresh } = await import('../../scripts/build-dashboard.mjs');
    if (!isDashboardFresh()) await buildDashboard();
  } catch (error) {
    process.stderr.write(`The dashboard was not built: ${error.message}\n`);
  }
};

/**
 * The dashboard's page where it is due, and one mongod for the whole run, on a port and a directory of its own. Jest loads this file
 * with Node's own resolution, which does not know that `./mongo.js` is `./mongo.ts`: hence tsx.
 */
export default async () => {
  await buildPage();
  const { programsDirectory, programsKey } = await tsImport('./programs.ts', import.meta.url);
  process.env[programsKey] = programsDirectory();
  const { missingKey, sharedUriKey, startMongod } = await tsImport('./mongo.ts', import.meta.url);
  try {
    globalThis.sharedMongod = await startMongod();
    process.env[sharedUriKey] = globalThis.sharedMongod.uri('');
  } catch (error) {
    process.env[missingKey] = error instanceof Error ? error.message : String(error);
  }
};
