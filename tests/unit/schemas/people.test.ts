import { loginBody, registerBody } from '../../../src/schemas/people.js';

const good = { email: 'ada@example.com', password: 'long enough', name: 'Ada Lovelace' };
/** The fields that are found to be wrong. */
const faults = (body: object): string[] => {
  const parsed = registerBody.safeParse(body);
  return parsed.success ? [] : [...new Set(parsed.error.issues.map(({ path, code }) => path.join('.') || code))];
};

describe('the body of a registration', () => {
  it('when blanks and capitals are around, then the address is stored small and both are trimmed', () => {
    const body = { ...good, email: '  Ada@Example.COM ', name: ' Ada ' };
    expect(registerBody.parse(body)).toEqual({ email: 'ada@example.com', password: 'long enough', name: 'Ada' });
  });

  it('when the password has blanks around it, then they are part of it', () => {
    expect(registerBody.parse({ ...good, password: '  six six  ' }).password).toBe('  six six  ');
  });

  it.each([
    ['an address at the limit', { email: `${'a'.repeat(242)}@example.com` }],
    ['a password of 8', { password: 'x'.repeat(8) }],
    ['a password of 128', { password: 'x'.repeat(128) }],
    ['a name of 1', { name: 'A' }],
    ['a name of 100', { name: 'A'.repeat(100) }],
    ['a name in another script', { name: 'علی‌رضا 王小明 👩‍🚀' }],
  ])('when there is %s, then it is taken', (_what, change) => {
    expect(faults({ ...good, ...change })).toEqual([]);
  });

  it.each([
    ['no address', { email: undefined }, 'email'],
    ['an address of 255', { email: `${'a'.repeat(243)}@example.com` }, 'email'],
    ['an address without @', { email: 'ada.example.com' }, 'email'],
    ['an address with a line break', { email: 'ada@example.com\nBcc: eve@example.com' }, 'email'],
    ['an operator for an address', { email: { $gt: '' } }, 'email'],
    ['a list for an address', { email: ['ada@example.com'] }, 'email'],
    ['a password of 7', { password: 'x'.repeat(7) }, 'password'],
    ['a password of 129', { password: 'x'.repeat(129) }, 'password'],
    ['a number for a password', { password: 12_345_678 }, 'password'],
    ['an empty name', { name: '   ' }, 'name'],
    ['a name of 101', { name: 'A'.repeat(101) }, 'name'],
    ['a name with a NUL', { name: 'A\u0000da' }, 'name'],
    ['a name with a line break', { name: 'A\nda' }, 'name'],
    ['a name with a line separator', { name: 'A\u2028da' }, 'name'],
    ['a name that turns the text around', { name: 'A\u202Eda' }, 'name'],
    ['a name with half a character', { name: 'A\uD800da' }, 'name'],
    ['a role', { role: 'admin' }, 'unrecognized_keys'],
  ])('when there is %s, then it is refused', (_what, change, field) => {
    expect(faults({ ...good, ...change })).toEqual([field]);
  });

  it('when everything is wrong, then every field is named', () => {
    expect(faults({ email: 'x', password: 'x', name: '' }).sort()).toEqual(['email', 'name', 'password']);
  });
});

describe('the body of a sign-in', () => {
  it('when the password is shorter than a new one may be, then it is still compared', () => {
    expect(loginBody.safeParse({ email: good.email, password: 'old' }).success).toBe(true);
  });

  it.each([
    ['an operator for an address', { email: { $gt: '' }, password: 'x' }],
    ['an operator for a password', { email: good.email, password: { $ne: null } }],
    ['an empty password', { email: good.email, password: '' }],
    ['a password of 129', { email: good.email, password: 'x'.repeat(129) }],
    ['a field more', { email: good.email, password: 'x', role: 'admin' }],
  ])('when there is %s, then it is refused', (_what, body) => {
    expect(loginBody.safeParse(body).success).toBe(false);
  });
});
