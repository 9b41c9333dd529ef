import type { ActionName } from './actions.js';
import type { JourneyName } from './scenario.js';

/** Somebody who can sign in. */
export interface Account {
  email: string;
  password: string;
}

/** One request of a journey, below `/api/v1`. */
export interface Step {
  action: ActionName;
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  /** The bearer token; none for what is open to all. */
  token?: string;
  body?: object;
  key?: string;
}

/** What a journey gets to know of the answer. */
export interface Answer {
  status: number;
  /** The first `id` in the body; null where there is none or nobody has read it. */
  id: string | null;
  /** The body as it came, where the status is below 400. */
  body: string;
}

/** What a visitor finds when he comes. */
export interface Visit {
  /** The visitor's token. */
  buyer: string;
  keeper: string;
  products: readonly string[];
  /** Somebody who can sign in; null where nobody can be had. */
  account: Account | null;
  /** From 0 up to 1, each time another. */
  random: () => number;
  /** A name that nobody else in this run gets. */
  unique: () => string;
  /** Reports that were asked for earlier, the oldest first. */
  reports: string[];
}

export type Journey = Generator<Step, void, Answer>;

/** How many reports wait at most to be looked at. */
const reportsMax = 20;
const sorts = ['', '&sort=price', '&sort=-createdAt', '&sort=name'];

const pick = <T>(values: readonly T[], { random }: Pick<Visit, 'random'>): T => {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new Error('There is nothing to pick from.');
  return value;
};

const show = (id: string): Step => ({ action: 'show', method: 'GET', path: `/products/${id}` });

const browse = function* (visit: Visit): Journey {
  yield { action: 'list', method: 'GET', path: `/products?limit=20${pick(sorts, visit)}` };
  yield show(pick(visit.products, visit));
  yield show(pick(visit.products, visit));
  if (visit.random() < 0.3) yield { action: 'search', method: 'GET', path: '/products?q=load' };
  if (visit.random() < 0.3) yield { action: 'top', method: 'GET', path: '/products/top' };
};

const purchase = (visit: Visit, product: string, key?: string): Step => ({
  ...{ action: 'purchase', method: 'POST', path: `/products/${product}/purchase`, token: visit.buyer },
  body: { quantity: 1 },
  ...(key === undefined ? {} : { key }),
});

/** Half of all purchases have an idempotency key, and some of these are sent again, as after a lost answer. */
const buyOf = function* (visit: Visit, product: string): Journey {
  const key = visit.random() < 0.5 ? visit.unique() : undefined;
  const sent = purchase(visit, product, key);
  const { status } = yield sent;
  if (status === 201 && key !== undefined && visit.random() < 0.1) yield { ...sent, action: 'purchase again' };
};

const buy = function* (visit: Visit): Journey {
  const product = pick(visit.products, visit);
  yield show(product);
  yield* buyOf(visit, product);
};

const drop = function* (visit: Visit): Journey {
  const product = pick(visit.products, visit);
  yield show(product);
  yield* buyOf(visit, product);
};

const reserve = function* (visit: Visit): Journey {
  const path = `/products/${pick(visit.products, visit)}/reservations`;
  const body = { quantity: 1, ttlSeconds: 30 };
  const { id } = yield { action: 'reserve', method: 'POST', path, token: visit.buyer, body };
  if (id === null) return;
  const chance = visit.random();
  if (chance < 0.7) {
    yield { action: 'confirm', method: 'POST', path: `/reservations/${id}/confirm`, token: visit.buyer };
  } else if (chance < 0.9) {
    yield { action: 'release', method: 'DELETE', path: `/reservations/${id}`, token: visit.buyer };
  }
};

const order = function* (visit: Visit): Journey {
  const body = { productId: pick(visit.products, visit), quantity: 1 };
  const { id } = yield { action: 'place order', method: 'POST', path: '/orders', token: visit.buyer, body };
  if (id === null) return;
  yield { action: 'order', method: 'GET', path: `/orders/${id}`, token: visit.buyer };
  if (visit.random() < 0.3) yield { action: 'own orders', method: 'GET', path: '/orders', token: visit.buyer };
  if (visit.random() < 0.1) {
    yield { action: 'cancel order', method: 'POST', path: `/orders/${id}/cancel`, token: visit.buyer };
  }
};

const keep = function* (visit: Visit): Journey {
  const path = `/products/${pick(visit.products, visit)}`;
  const token = visit.keeper;
  const text = `Edited under load, ${visit.unique()}`;
  yield { action: 'edit', method: 'PATCH', path, token, body: { description: text } };
  const body = { delta: 10, reason: 'restocked under load' };
  yield { action: 'restock', method: 'POST', path: `${path}/stock`, token, body };
};

const create = function* (visit: Visit): Journey {
  const body = { name: `Made under load ${visit.unique()}`, price: 1999, stock: 10 };
  const { id } = yield { action: 'create', method: 'POST', path: '/products', token: visit.keeper, body };
  if (id !== null) yield show(id);
};

const report = function* (visit: Visit): Journey {
  const token = visit.keeper;
  const body = visit.random() < 0.8 ? { type: 'product', productId: pick(visit.products, visit) } : { type: 'stock' };
  const { id } = yield { action: 'ask for report', method: 'POST', path: '/reports', token, body };
  if (id !== null) visit.reports.push(id);
  const earlier = visit.reports.length > reportsMax ? visit.reports.shift() : undefined;
  if (earlier === undefined) return;
  yield { action: 'report', method: 'GET', path: `/reports/${earlier}`, token };
  yield { action: 'report file', method: 'GET', path: `/reports/${earlier}/file?format=csv`, token };
};

const fieldOf = (body: string, name: string): string => new RegExp(`"${name}":"([^"]+)"`).exec(body)?.[1] ?? '';

const signIn = function* ({ account }: Visit): Journey {
  if (account === null) return;
  const first = yield { action: 'sign in', method: 'POST', path: '/auth/login', body: account };
  if (first.status !== 200) return;
  yield { action: 'me', method: 'GET', path: '/auth/me', token: fieldOf(first.body, 'accessToken') };
  const body = { refreshToken: fieldOf(first.body, 'refreshToken') };
  const second = yield { action: 'refresh', method: 'POST', path: '/auth/refresh', body };
  if (second.status !== 200) return;
  const token = fieldOf(second.body, 'accessToken');
  yield { action: 'sign out', method: 'POST', path: '/auth/logout', token, body: {} };
};

/** What visitors do, step by step; each step is sent when the answer to the one before is there. */
export const journeys: Readonly<Record<JourneyName, (visit: Visit) => Journey>> = {
  ...{ browse, buy, drop, reserve, order, keep, create, report },
  'sign-in': signIn,
};

/** Chooses journeys by their weights. @throws Error when there are none */
export const journeyChooser = (
  weights: Readonly<Partial<Record<JourneyName, number>>>,
): ((share: number) => JourneyName) => {
  const entries = Object.entries(weights) as [JourneyName, number][];
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
  const last = entries.at(-1)?.[0];
  if (last === undefined || !(total > 0)) throw new Error('A scenario needs journeys.');
  return (share) => {
    let rest = share * total;
    for (const [name, weight] of entries) {
      if (rest < weight) return name;
      rest -= weight;
    }
    return last;
  };
};
