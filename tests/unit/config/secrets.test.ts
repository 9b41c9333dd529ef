import { existsSync } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadSecrets } from '../../../src/config/secrets.js';
import { temporaryDir } from '../../helpers/service.js';

const root = temporaryDir();
const unset = { JWT_SECRET: undefined, ADMIN_EMAIL: undefined, ADMIN_PASSWORD: undefined };
const development = (name: string) => ({ NODE_ENV: 'development' as const, DATA_DIR: join(root(), name), ...unset });

describe('loadSecrets', () => {
  it('when nothing is set, then secrets are made once, for the owner only, and are the same at the next start', async () => {
    const env = development('kept');
    const first = await loadSecrets(env);
    expect(Buffer.byteLength(first.jwtSecret)).toBeGreaterThanOrEqual(32);
    expect(first.admin).toMatchObject({ email: 'admin@stockroom.local', madeUp: true });
    expect(await loadSecrets(env)).toEqual(first);
    expect((await stat(join(env.DATA_DIR, 'secrets.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(env.DATA_DIR)).mode & 0o777).toBe(0o700);
  });

  it('when two directories are used, then they share no secret', async () => {
    const [one, two] = await Promise.all([loadSecrets(development('one')), loadSecrets(development('two'))]);
    expect(one.jwtSecret).not.toBe(two.jwtSecret);
    expect(one.admin?.password).not.toBe(two.admin?.password);
  });

  it('when all is set, then that is taken and nothing is written', async () => {
    const given = { JWT_SECRET: 's'.repeat(40), ADMIN_EMAIL: 'a@example.com', ADMIN_PASSWORD: 'chosen-by-me' };
    const env = { ...development('set'), ...given };
    expect(await loadSecrets(env)).toEqual({
      jwtSecret: given.JWT_SECRET,
      admin: { email: 'a@example.com', password: 'chosen-by-me', madeUp: false },
    });
    expect(existsSync(env.DATA_DIR)).toBe(false);
  });

  it('when it is production, then nothing is made up and there is no admin', async () => {
    const env = { ...development('production'), NODE_ENV: 'production' as const, JWT_SECRET: 's'.repeat(40) };
    expect(await loadSecrets(env)).toEqual({ jwtSecret: env.JWT_SECRET, admin: undefined });
    expect(existsSync(env.DATA_DIR)).toBe(false);
  });

  it('when the file is spoilt, then the line names it', async () => {
    const env = development('spoilt');
    await mkdir(env.DATA_DIR);
    await writeFile(join(env.DATA_DIR, 'secrets.json'), '{"jwtSecret":"short"}');
    await expect(loadSecrets(env)).rejects.toThrow(/secrets\.json is not readable .* remove it/);
  });
});
