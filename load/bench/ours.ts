import type { mongo } from 'mongoose';
import type { AuditFacts } from './audit.js';
import type { Hearing } from './hearing.js';
import { untilJobsAreDone } from './jobs-idle.js';
import { totalsOfLines } from './ledger-facts.js';
import { usualPrice, type Participant, type Wares } from './participant.js';

export interface OursDeps {
  /** Every process of the service; they share `database`. */
  ports: readonly number[];
  pids: readonly number[];
  database: mongo.Db;
  admin: { email: string; password: string };
  /** Access tokens of customers. */
  tokens: readonly string[];
  /** An access token of somebody who may make products. */
  manager: string;
  /** Whether it works on background jobs, or leaves them to others. */
  doesJobs: boolean;
  forgetLogs: () => void;
  listen: () => Promise<Hearing>;
}

interface Envelope<T> {
  status_code: number;
  data: T;
}

/** Products are made this many at a time. */
const atOnceMax = 20;
/** The service's own audit is asked for this many products of a line; the database is read for all of them. */
const auditsMax = 20;

const ledger = {
  collection: 'stock_movements',
  match: { type: 'sale' },
  units: { $subtract: [0, '$delta'] },
  customer: '$buyerId',
  stockAfter: '$stockAfter',
};

const createApi = (port: number, admin: OursDeps['admin']) => {
  const call = async <T>(method: string, path: string, body?: unknown, token?: string): Promise<T> => {
    const response = await fetch(`http://127.0.0.1:${String(port)}/api/v1${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 300)}`);
    return (JSON.parse(text) as Envelope<T>).data;
  };
  let session: { token: string; untilMs: number } | undefined;
  const signIn = async () => {
    const answer = await call<{ accessToken: string; expiresIn: number }>('POST', '/auth/login', admin);
    // Early enough that no call is on its way with it when it runs out.
    return { token: answer.accessToken, untilMs: performance.now() + (answer.expiresIn * 1000) / 2 };
  };
  // One sign-in for all who want one: many at once with one account look like guesses, and are refused.
  let signingIn: ReturnType<typeof signIn> | undefined;
  return async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    if (session === undefined || performance.now() >= session.untilMs) {
      signingIn ??= signIn().finally(() => (signingIn = undefined));
      session = await signingIn;
    }
    return call<T>(method, path, body, session.token);
  };
};

interface StoredProduct {
  _id: string;
  stock: number;
}

/** The service as it is shipped, spoken to as its users do; its audit is checked against the database itself. */
export const createOurs = (deps: OursDeps): Participant => {
  const { ports, pids, database, admin, doesJobs } = deps;
  const api = createApi(ports[0] ?? 0, admin);

  const create = async (index: number, { stock, perCustomerLimit, price = usualPrice }: Wares): Promise<string> => {
    const product = {
      ...{ name: `Bench product ${index + 1}`, price, stock },
      ...(perCustomerLimit === undefined ? {} : { perCustomerLimit }),
    };
    return (await api<{ id: string }>('POST', '/products', product)).id;
  };

  const settle = async (): Promise<void> => {
    if (doesJobs) await untilJobsAreDone(ports[0] ?? 0, database);
  };

  const offer = async (wares: Wares): Promise<string[]> => {
    const ids: string[] = [];
    while (ids.length < wares.products) {
      const upcoming = Math.min(atOnceMax, wares.products - ids.length);
      ids.push(...(await Promise.all(Array.from({ length: upcoming }, (_, i) => create(ids.length + i, wares)))));
    }
    await settle();
    return ids;
  };

  const facts: Participant['facts'] = async (ids, answered, { stock: stockAtFirst, perCustomerLimit }) => {
    const totals = await totalsOfLines(database, ids, ledger);
    const rows = await database
      .collection<StoredProduct>('products')
      .find({ _id: { $in: [...ids] } })
      .toArray();
    const stockOf = new Map(rows.map((row) => [row._id, row.stock]));
    const audits = await Promise.all(
      ids.slice(0, auditsMax).map((id) => api<{ consistent: boolean }>('GET', `/products/${id}/audit`)),
    );
    return ids.map((productId, index): AuditFacts => {
      const total = totals.get(productId);
      const stockNow = stockOf.get(productId) ?? NaN;
      const audit = audits[index];
      return {
        productId,
        answered: answered[index] ?? 0,
        stockAtFirst,
        stockNow,
        lines: total?.lines ?? 0,
        units: total?.units ?? 0,
        stockLowest: total?.stockLowest ?? stockNow,
        ...(audit === undefined ? {} : { consistent: audit.consistent }),
        ...(perCustomerLimit === undefined
          ? {}
          : { limit: perCustomerLimit, mostOfOneCustomer: total?.mostOfOneCustomer ?? 0 }),
      };
    });
  };

  return {
    ports,
    pids,
    customers: deps.tokens.map((token) => `Authorization: Bearer ${token}`),
    manager: `Authorization: Bearer ${deps.manager}`,
    offer,
    settle,
    facts,
    listen: deps.listen,
    tidy: deps.forgetLogs,
  };
};
