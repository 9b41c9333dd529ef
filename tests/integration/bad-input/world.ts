import { createHmac } from 'node:crypto';
import { openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jwt from 'jsonwebtoken';
import type { Connection } from 'mongoose';
import { createApp } from '../../../src/app.js';
import { createLogger } from '../../../src/config/logger.js';
import { createFastServer } from '../../../src/utils/fast-server.js';
import { newId } from '../../../src/utils/uuid.js';
import type { Answer } from '../../helpers/api-client.js';
import { messagesGone, orderCalls } from '../../helpers/orders.js';
import { person, settings, startShop, type LocalShop, type Person } from '../../helpers/shop.js';
import type { Wire } from './wire.js';

export const origin = 'https://shop.example';
export const metricsToken = 'the-token-of-metrics';
export const password = 'correct horse battery staple';
export const takenEmail = 'ada@stockroom.test';
/** What nobody may ever find in a log. */
export const canaries = [metricsToken, password, settings.JWT_SECRET, settings.ADMIN_PASSWORD];

/** An account with the tokens of a sign-in. */
export interface Account {
  id: string;
  email: string;
  accessToken: string;
  refreshToken: string;
}

/** The service with what the rows of the matrix meet there. */
export interface World {
  shop: LocalShop;
  manager: string;
  admin: string;
  /** A token of somebody to whom nothing belongs. */
  user: string;
  /** Whose purchase, reservation and order stand below; not the caller of a row unless it says so. */
  owner: Person;
  /** Five in stock, to be left alone. */
  productId: string;
  /** Its only unit was bought by the owner, with the key `first`. */
  soldOutId: string;
  purchaseId: string;
  reservationId: string;
  orderId: string;
  /** Of somebody who has been switched off since. */
  disabled: Account;
  /** A session that has ended because its first refresh token came twice; these are its last tokens. */
  ended: Account;
  /** That first one. */
  usedRefreshToken: string;
  /** Sends to the server, or to one that has the same app and waits 200 ms for a request. */
  portFor: (wire: Wire) => number;
  /** All that the database holds of goods and people, as text. */
  stored: () => Promise<string>;
  /** Ends it, and returns the lines of its log. */
  close: () => Promise<string[]>;
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export interface Forgery {
  header?: object;
  /** Changes of the claims of a good token; undefined takes one away. */
  claims?: object;
  sign?: (text: string) => Buffer;
}

export const hmac =
  (algorithm: string, key: string) =>
  (text: string): Buffer =>
    createHmac(algorithm, key).update(text).digest();

/** A token that is a good one of an admin but for what is said. */
export const forged = ({ header = {}, claims = {}, sign = hmac('sha256', settings.JWT_SECRET) }: Forgery): string => {
  const good = jwt.decode(person('admin').token) as object;
  const text = `${part({ alg: 'HS256', typ: 'JWT', ...header })}.${part({ ...good, ...claims })}`;
  return `${text}.${sign(text).toString('base64url')}`;
};

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

const end = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** What changes by itself: who runs, who leads, what is on its way. */
const restless =
  /^(?:system\..*|processes|leases|feeds|deployment|outbox|event_.*|jobs|reports|report_files\..*|sent_mails)$/;

const storedIn = async (connection: Connection): Promise<string> => {
  const names = (await connection.listCollections()).map(({ name }) => name).filter((name) => !restless.test(name));
  const lines: string[] = [];
  // One after the other: so many at once would each want a connection, and not get it in time where those are slow to be made.
  for (const name of names.sort()) {
    const documents = await connection.collection(name).find().sort({ _id: 1 }).toArray();
    lines.push(...documents.map((document) => `${name} ${JSON.stringify(document)}`));
  }
  return lines.join('\n');
};

const made = (answer: Answer, status = 201): unknown => {
  if (answer.status !== status) throw new Error(`the world could not be made: ${answer.text}`);
  return answer.data;
};

interface Made {
  id: string;
}

interface SignedIn {
  accessToken: string;
  refreshToken: string;
  user: { id: string };
}

const signUp = async ({ client }: LocalShop, email: string): Promise<Account> => {
  made(await client.api('POST', '/auth/register', { body: { email, password, name: 'Ada' } }));
  const answer = await client.api('POST', '/auth/login', { body: { email, password } });
  const { user, accessToken, refreshToken } = made(answer, 200) as SignedIn;
  return { id: user.id, email, accessToken, refreshToken };
};

/** People whose tokens are no longer worth anything. */
const dismiss = async (shop: LocalShop) => {
  const { api } = shop.client;
  const disabled = await signUp(shop, 'mallory@stockroom.test');
  made(await api('PATCH', `/users/${disabled.id}`, { token: person('admin').token, body: { disabled: true } }), 200);
  const first = await signUp(shop, takenEmail);
  const refresh = () => api('POST', '/auth/refresh', { body: { refreshToken: first.refreshToken } });
  const { accessToken, refreshToken } = made(await refresh(), 200) as SignedIn;
  made(await refresh(), 401);
  return { disabled, ended: { ...first, accessToken, refreshToken }, usedRefreshToken: first.refreshToken };
};

/** Goods and people, and what has happened between them. */
const furnish = async (shop: LocalShop) => {
  const owner = person();
  const { token } = owner;
  const { client } = shop;
  // Names and skus are what a search looks through, so none is left to chance.
  const product = await shop.stocked(9, { sku: 'LAMP-1' });
  const soldOut = await shop.stocked(1, { sku: 'LAMP-2' });
  const bought = made(await client.buy(soldOut.id, { token, key: 'first' })) as Made;
  const body = { quantity: 2, ttlSeconds: 86_400 };
  const held = made(await client.reserve(product.id, { token, body })) as Made;
  const orders = orderCalls(client);
  const ordered = made(
    await orders.place({ token, key: 'order', body: { productId: product.id, quantity: 2 } }),
  ) as Made;
  await orders.settled(ordered.id, token);
  return {
    owner,
    productId: product.id,
    soldOutId: soldOut.id,
    purchaseId: bought.id,
    reservationId: held.id,
    orderId: ordered.id,
  };
};

/** @param connection to the database that `uri` names */
export const openWorld = async (uri: string, connection: Connection): Promise<World> => {
  const dir = await mkdtemp(join(tmpdir(), 'stockroom-log-'));
  const file = join(dir, 'log.jsonl');
  const { logger, lines, close: closeLog } = createLogger('info', { descriptor: openSync(file, 'w') });
  // So many bad sign-ins as the rows have come from one address alone.
  const env = { CORS_ORIGINS: origin, METRICS_TOKEN: metricsToken, LOGIN_LIMIT_PER_MINUTE: '0' };
  const shop = await startShop(uri, { env, logger, lines });
  const impatient = createFastServer(createApp(shop.deps), {
    headersTimeoutMs: 200,
    requestTimeoutMs: 200,
    checkEveryMs: 50,
  });
  const port = Number(new URL(shop.url).port);
  const impatientPort = await listen(impatient);
  const [goods, people] = [await furnish(shop), await dismiss(shop)];
  // What events have told of is stored as well, a moment later.
  await messagesGone(connection);
  return {
    shop,
    manager: shop.manager.token,
    admin: person('admin').token,
    user: person().token,
    ...goods,
    ...people,
    portFor: (wire) => (wire.impatient ? impatientPort : port),
    stored: () => storedIn(connection),
    close: async () => {
      await end(impatient);
      await shop.close();
      closeLog();
      const text = await readFile(file, 'utf8');
      await rm(dir, { recursive: true, force: true });
      return text.split('\n').slice(0, -1);
    },
  };
};

/** An id that nothing has. */
export const strangeId = newId();
