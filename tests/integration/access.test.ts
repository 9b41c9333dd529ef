import { createApp } from '../../src/app.js';
import { accessOf, partsOf, routeNames, type RouteName } from '../../src/schemas/access.js';
import { roles, type Role } from '../../src/utils/caller.js';
import { routePatterns } from '../../src/utils/router-tree.js';
import { newId } from '../../src/utils/uuid.js';
import { accountCalls } from '../helpers/accounts.js';
import { describeMongo, freshDatabase } from '../helpers/mongo.js';
import { patiently, type Told } from '../helpers/patiently.js';
import { startShop, type LocalShop } from '../helpers/shop.js';

const base = '/api/v1';
const callers = ['nobody', ...roles, 'a disabled user'] as const;
type CallerName = (typeof callers)[number];

/** What must not be there: a refusal for who it is. */
const open = 'open';

/** What a caller gets to hear at a route: that it is open to them, or why not. */
const expected = (route: RouteName, caller: CallerName): string => {
  const access = accessOf(route);
  if (access === 'anyone') return open;
  if (caller === 'nobody') return access === 'anyone, token checked' ? open : '401 UNAUTHENTICATED';
  if (caller === 'a disabled user') return '401 UNAUTHENTICATED';
  // These tests run outside production.
  const isForRole = typeof access === 'string' || access.includes(caller satisfies Role);
  return isForRole ? open : '403 FORBIDDEN';
};

describeMongo('who may make which call', () => {
  const database = freshDatabase();
  let shop: LocalShop;
  const tokens = new Map<CallerName, string>();

  beforeAll(async () => {
    shop = await startShop(database.uri);
    const connection = await database.connect();
    const accounts = accountCalls(shop.client, () => connection);
    for (const role of roles) tokens.set(role, (await accounts.ofRole(role)).accessToken);
    const { accessToken, user } = await accounts.newcomer();
    tokens.set('a disabled user', accessToken);
    const answer = await accounts.patch(user.id, { disabled: true }, tokens.get('admin') ?? '');
    expect(answer.status).toBe(200);
  });
  afterAll(() => shop.close());

  it('when the routes of the service are looked through, then they are those of the table, no more and no less', () => {
    const { router } = createApp(shop.deps);
    const served = [...routePatterns(router)].flatMap(([route, pattern]) =>
      Object.keys((route as { methods: Record<string, boolean> }).methods).map(
        (method) => `${method.toUpperCase()} ${pattern}`,
      ),
    );
    const ofApi = served.filter((route) => route.includes(` ${base}/`)).map((route) => route.replace(base, ''));
    expect(ofApi.sort()).toEqual([...routeNames].sort());
  });

  it('when the table is read, then strangers may do no more than this, and admins alone no less', () => {
    const areOpen = routeNames.filter((route) => String(accessOf(route)).startsWith('anyone'));
    expect(areOpen).toEqual([
      'POST /auth/register',
      'POST /auth/login',
      'POST /auth/refresh',
      'POST /auth/logout',
      'GET /products',
      'GET /products/top',
      'GET /products/:id',
      'GET /events',
    ]);
    const ofAdmins = routeNames.filter((route) => String(accessOf(route)) === 'admin');
    expect(ofAdmins).toEqual([
      'DELETE /products/:id',
      'GET /jobs',
      'POST /jobs/:id/retry',
      'GET /users',
      'GET /users/:id',
      'PATCH /users/:id',
      'GET /audit-log',
    ]);
  });

  /** Calls a route for things that are not there; what matters is whether it gets as far as looking for them. */
  const call = async (route: RouteName, caller: CallerName): Promise<Told> => {
    const { method, path } = partsOf(route);
    const isLogout = route === 'POST /auth/logout';
    // Whoever signs out with their access token is refused by all routes after that.
    const token = isLogout ? undefined : tokens.get(caller);
    const body = isLogout ? { refreshToken: 'none' } : {};
    const leave = new AbortController();
    const response = await fetch(`${shop.url}${base}${path.replaceAll(/:\w+/g, newId())}`, {
      method: method.toUpperCase(),
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(method === 'get' || method === 'delete' ? {} : { 'content-type': 'application/json' }),
      },
      ...(method === 'get' || method === 'delete' ? {} : { body: JSON.stringify(body) }),
      signal: leave.signal,
    });
    const { status } = response;
    if (status === 401 || status === 403) return { status, ...((await response.json()) as Pick<Told, 'error'>) };
    // The stream of events would go on for ever.
    leave.abort();
    return { status, error: { code: open, requestId: '' } };
  };
  const heard = async (route: RouteName, caller: CallerName): Promise<string> => {
    const { status, error } = await patiently(() => call(route, caller));
    if (status === 401 || status === 403) return `${status} ${error.code}`;
    return status < 500 ? open : String(status);
  };

  it.each(routeNames)(
    'when %s is called, then those whom the table names get through, and nobody else',
    async (route) => {
      const answers = await Promise.all(callers.map(async (caller) => [caller, await heard(route, caller)] as const));
      expect(Object.fromEntries(answers)).toEqual(
        Object.fromEntries(callers.map((caller) => [caller, expected(route, caller)])),
      );
    },
  );
});
