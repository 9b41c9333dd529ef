/**
 * Uses a running service as its first customers would: `node scripts/smoke.mjs`. BASE_URL (http://127.0.0.1:3000) is where it is,
 * ORDERS_URL (the same) where its orders are, ADMIN_EMAIL and ADMIN_PASSWORD are the admin's. Ends with code 1 at the first fault.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const base = process.env.BASE_URL || 'http://127.0.0.1:3000';
const orders = process.env.ORDERS_URL || base;
const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = process.env;
const readyMs = 120_000;
const settleMs = 60_000;
const answerMs = 15_000;
const lookAgainMs = 250;

const say = (text) => console.log(`smoke: ${text}`);

/** @returns the status, and what the body holds */
const call = async (method, url, { token, key, body } = {}) => {
  const headers = {
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  };
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const answer = await fetch(url, { method, headers, body: sent, signal: AbortSignal.timeout(answerMs) });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, ...(text.startsWith('{') ? JSON.parse(text) : {}) };
};

const expectStatus = (what, answer, status) => {
  assert.equal(answer.status, status, `${what}: expected ${status}, got ${answer.status} ${answer.text}`);
  return answer.data;
};

/** Asks until `isDone` is content with the answer. */
const until = async (what, deadlineMs, ask, isDone) => {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const answer = await ask().catch((error) => ({ status: 0, text: String(error.cause ?? error) }));
    if (isDone(answer)) return answer;
    assert.ok(
      Date.now() < deadline,
      `${what}: not within ${deadlineMs / 1000} s; last: ${answer.status} ${answer.text}`,
    );
    await sleep(lookAgainMs);
  }
};

const buyOut = async (productId, token) => {
  const url = `${base}/api/v1/products/${productId}/purchase`;
  const keys = Array.from({ length: 8 }, () => randomUUID());
  const buy = (key) => call('POST', url, { token, key, body: { quantity: 1 } });
  const answers = await Promise.all(keys.map(buy));
  const sold = answers.filter(({ status }) => status === 201);
  assert.deepEqual(
    answers.map(({ status }) => status).sort(),
    [...Array(5).fill(201), ...Array(3).fill(409)],
    `eight buyers for five units: ${answers.map(({ text }) => text).join('\n')}`,
  );
  const first = answers.findIndex(({ status }) => status === 201);
  const again = await buy(keys[first]);
  expectStatus('a repeated purchase', again, 201);
  assert.equal(again.text, answers[first].text, 'a repeated purchase is answered as it was');
  say(`eight buyers came for five units, ${sold.length} got one, and a repeat bought nothing`);
};

const orderOne = async (productId, token) => {
  const url = `${orders}/api/v1/orders`;
  const order = expectStatus('an order', await call('POST', url, { token, body: { productId, quantity: 2 } }), 201);
  const settled = await until(
    'the order',
    settleMs,
    () => call('GET', `${url}/${order.id}`, { token }),
    ({ status, data }) => status === 200 && data.status !== 'pending',
  );
  assert.equal(settled.data.status, 'confirmed', `the order: ${settled.text}`);
  say('an order was confirmed');
};

const main = async () => {
  assert.ok(email && password, 'set ADMIN_EMAIL and ADMIN_PASSWORD');
  for (const url of new Set([base, orders])) {
    await until(
      `${url}/readyz`,
      readyMs,
      () => call('GET', `${url}/readyz`),
      ({ status }) => status === 200,
    );
    say(`${url} is ready`);
  }
  const api = `${base}/api/v1`;
  const { accessToken: token } = expectStatus(
    'the sign-in',
    await call('POST', `${api}/auth/login`, { body: { email, password } }),
    200,
  );
  const body = { name: 'Smoke lamp', price: 1999, stock: 5 };
  const { id } = expectStatus('a product', await call('POST', `${api}/products`, { token, body }), 201);
  await buyOut(id, token);
  const more = { delta: 2, reason: 'smoke' };
  expectStatus('a delivery', await call('POST', `${api}/products/${id}/stock`, { token, body: more }), 200);
  await orderOne(id, token);
  const audit = expectStatus('the audit', await call('GET', `${api}/products/${id}/audit`, { token }), 200);
  assert.deepEqual(
    [audit.received, audit.sold, audit.stock, audit.consistent],
    [7, 7, 0, true],
    `the audit: ${JSON.stringify(audit)}`,
  );
  say('the ledger agrees');
};

try {
  await main();
} catch (error) {
  console.error(`smoke: FAILED: ${error.message}`);
  process.exitCode = 1;
}
