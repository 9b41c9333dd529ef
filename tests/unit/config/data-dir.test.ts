import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lockDataDir, readOrCreate } from '../../../src/config/data-dir.js';
import { identityOf } from '../../../src/config/process-identity.js';
import { StartError } from '../../../src/utils/errors.js';
import { temporaryDir } from '../../helpers/service.js';

const root = temporaryDir();
const fresh = async (name: string): Promise<string> => {
  const dir = join(root(), name);
  await mkdir(dir);
  return dir;
};
const locksIn = async (dir: string) => (await readdir(dir)).filter((name) => name.startsWith('lock.'));

describe('lockDataDir', () => {
  it('when the directory is free, then it is taken and can be given back and taken again', async () => {
    const dir = await fresh('free');
    const lock = await lockDataDir(dir);
    await lock.release();
    await lock.release();
    const again = await lockDataDir(dir);
    expect(await locksIn(dir)).toHaveLength(1);
    await again.release();
  });

  it('when a living process holds it, then the refusal names its pid and says what to do', async () => {
    const dir = await fresh('held');
    const lock = await lockDataDir(dir);
    const second = lockDataDir(dir);
    await expect(second).rejects.toThrow(StartError);
    await expect(second).rejects.toThrow(`is in use by process ${process.pid}. Stop that one first`);
    await lock.release();
  });

  it('when the holder was killed, then the lock is taken over at once', async () => {
    const dir = await fresh('killed');
    const holder = spawn('sleep', ['60']);
    await once(holder, 'spawn');
    await writeFile(join(dir, 'lock.7'), JSON.stringify(identityOf(holder.pid ?? 0)));
    await expect(lockDataDir(dir)).rejects.toThrow(`process ${holder.pid ?? 0}`);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const lock = await lockDataDir(dir);
    expect(await locksIn(dir)).toEqual(['lock.8']);
    await lock.release();
  });

  it('when the pid of a dead holder belongs to another process now, then the lock is taken over', async () => {
    const dir = await fresh('reused');
    await writeFile(join(dir, 'lock.1'), JSON.stringify({ pid: process.pid, started: 'another-boot:1' }));
    const lock = await lockDataDir(dir);
    await lock.release();
  });

  it('when the lock file is broken, then it is taken over', async () => {
    const dir = await fresh('broken');
    await writeFile(join(dir, 'lock.1'), '{"pid":');
    const lock = await lockDataDir(dir);
    await lock.release();
  });

  it('when twenty take over a dead lock at once, then exactly one holds it', async () => {
    const dir = await fresh('race');
    await writeFile(join(dir, 'lock.3'), JSON.stringify({ pid: 1, started: 'another-boot:1' }));
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => lockDataDir(dir)));
    const held = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(held).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.status === 'rejected')).toHaveLength(19);
    expect(await locksIn(dir)).toHaveLength(1);
    await held[0]?.release();
  });
});

describe('lockDataDir under contention', () => {
  it('when eight take it and give it back over and over, then there are never two at once', async () => {
    const dir = await fresh('contended');
    let inside = 0;
    let mostInside = 0;
    let turns = 0;
    const worker = async () => {
      for (let i = 0; i < 150; i++) {
        const lock = await lockDataDir(dir).catch(() => undefined);
        if (lock === undefined) continue;
        turns++;
        inside++;
        mostInside = Math.max(mostInside, inside);
        await new Promise(setImmediate);
        inside--;
        await lock.release();
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    expect(mostInside).toBe(1);
    expect(turns).toBeGreaterThan(10);
  });
});

describe('readOrCreate', () => {
  it('when ten make the file at once, then all read what one of them wrote', async () => {
    const file = join(root(), 'made.json');
    const texts = await Promise.all(Array.from({ length: 10 }, (_, i) => readOrCreate(file, () => `content ${i}`)));
    expect(new Set(texts).size).toBe(1);
    expect(await readFile(file, 'utf8')).toBe(texts[0]);
    expect((await readdir(root())).filter((name) => name.startsWith('made.json'))).toEqual(['made.json']);
  });

  it('when the file is there, then nothing is made', async () => {
    const file = join(root(), 'there.json');
    await writeFile(file, 'old');
    const make = () => {
      throw new Error('must not be called');
    };
    expect(await readOrCreate(file, make)).toBe('old');
  });
});
