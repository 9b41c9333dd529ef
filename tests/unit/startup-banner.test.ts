import { execFileSync } from 'node:child_process';
import { startupBanner } from '../../src/startup-banner.js';

const url = 'http://localhost:3000';

/** Pastes the curl lines into bash, where `curl` answers with what it was called with. */
const paste = (banner: string, env: Record<string, string> = {}): string[] => {
  const lines = banner.split('\n').filter((line) => /^(TOKEN=|ID=|curl )/.test(line));
  const script = `
    curl() { printf '%s\\n' "\${@: -1}" >&2; echo '{"data":{"accessToken":"the-token","id":"the-id"}}'; }
    ${lines.join('\n')}
    echo "$TOKEN $ID"`;
  const out = execFileSync('bash', ['-c', `{ ${script}\n} 2>&1`], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });
  return out.trim().split('\n');
};

describe('startupBanner', () => {
  it('when the admin was made up, then it shows the URL, the sign-in and four lines', () => {
    const banner = startupBanner({ url, admin: { email: 'a@b.local', password: 'pass-word', madeUp: true } });
    expect(banner).toContain('Stockroom is ready: http://localhost:3000');
    expect(banner).toContain('Dashboard: http://localhost:3000/dashboard');
    expect(banner).toContain('a@b.local  password: pass-word');
    expect(banner.match(/^(TOKEN=|ID=|curl )/gm)).toHaveLength(4);
  });

  it('when its lines are pasted, then each hands on what the one before has answered', () => {
    const out = paste(startupBanner({ url, admin: { email: `o'neil@b.local`, password: `p"'$x`, madeUp: true } }));
    expect(JSON.parse(out[0] ?? '')).toEqual({ email: `o'neil@b.local`, password: `p"'$x` });
    expect(JSON.parse(out[1] ?? '')).toMatchObject({ name: 'Concert ticket', stock: 3 });
    expect(out.find((line) => line.includes('quantity'))).toBe('{"quantity":1}');
    expect(out).toContain(`${url}/api/v1/products/the-id`);
    expect(out.at(-1)).toBe('the-token the-id');
  });

  it('when the password was given, then it is not shown, and the shell puts it in', () => {
    const banner = startupBanner({ url, admin: { email: 'a@b.local', password: 'given-word', madeUp: false } });
    expect(banner).not.toContain('given-word');
    const [signIn] = paste(banner, { ADMIN_PASSWORD: 'given-word' });
    expect(JSON.parse(signIn ?? '')).toEqual({ email: 'a@b.local', password: 'given-word' });
  });

  it('when there is no admin, then there is the URL alone', () => {
    expect(startupBanner({ url, admin: undefined }).trim()).toBe('Stockroom is ready: http://localhost:3000');
  });
});
