import { StartError } from '../utils/errors.js';
import type { MongodPaths, MongodRecord } from './mongod-files.js';
import { endProcess, isListening, whenGone, within, type MongodProcess } from './mongod-process.js';
import { identityOf, isRunning, type ProcessIdentity } from './process-identity.js';
import { askMongod, ensurePrimary } from './replica-set.js';

const upMs = 30_000;
const stopMs = 15_000;

/** Not our child: its end is seen by looking. */
const ofAnother = (identity: ProcessIdentity, port: number): MongodProcess => {
  const onOurExit = () => isRunning(identity) && process.kill(identity.pid, 'SIGTERM');
  process.once('exit', onOurExit);
  const exited = whenGone(identity, 500).then(() => {
    process.off('exit', onOurExit);
    return null;
  });
  return { identity, port, exited };
};

/**
 * The mongod that a killed process left behind in this directory, if there is one: it must serve this very directory
 * under our replica set's name, whoever listens on the port that was noted down.
 * @throws StartError when it runs and does not answer
 */
export const adoptMongod = async (
  paths: MongodPaths,
  record: MongodRecord,
  replicaSet: string,
): Promise<MongodProcess | undefined> => {
  // It may be on its way up or down: then it is waited for, since a second one cannot start beside it.
  const answers = await within(upMs, async () => !isRunning(record) || (await isListening(record.port)));
  if (!answers) {
    throw new StartError(
      `The mongod of an earlier start (process ${record.pid}) holds ${paths.db} and does not answer. End it with: kill -9 ${record.pid}`,
    );
  }
  const found = (await isListening(record.port)) ? await askMongod(record.port) : undefined;
  if (found?.dbPath !== paths.db || found.replicaSet !== replicaSet) return undefined;
  const identity = identityOf(found.pid);
  if (identity === undefined) return undefined;
  if (await ensurePrimary(record.port, replicaSet, upMs).catch(() => false)) return ofAnother(identity, record.port);
  // It was on its way down.
  await endProcess(identity, stopMs);
  return undefined;
};
