import { EventEmitter } from 'node:events';
import { judgeLines } from '../../../../load/scenarios/audit.js';
import { createBook } from '../../../../load/scenarios/book.js';
import { journeyChooser, journeys, type Answer, type Step, type Visit } from '../../../../load/scenarios/journeys.js';
import { requestBytes } from '../../../../load/scenarios/request-bytes.js';
import { createRider } from '../../../../load/scenarios/rider.js';
import { createSales } from '../../../../load/scenarios/sales.js';
import { createRandom } from '../../../../load/scenarios/visitors.js';

const product = '018f0000-0000-7000-8000-000000000001';
const idOf = (number: number): string => `018f0000-0000-7000-8000-${String(number).padStart(12, '0')}`;

const visitOf = (shares: number[]): Visit => ({
  ...{ buyer: 'buyer', keeper: 'keeper', products: [product], account: { email: 'a@b.example', password: 'secret' } },
  ...{ random: () => shares.shift() ?? 0, unique: () => 'unique', reports: [] },
});

const walk = (name: keyof typeof journeys, shares: number[], answers: Partial<Answer>[]): Step[] => {
  const journey = journeys[name](visitOf(shares));
  const steps: Step[] = [];
  let next = journey.next();
  while (next.done !== true) {
    steps.push(next.value);
    next = journey.next({ status: 200, id: null, body: '', ...answers.shift() });
  }
  return steps;
};

describe('journeys', () => {
  it('when a purchase with a key was answered, then some send the very same again', () => {
    const [, first, again] = walk('buy', [0, 0.4, 0.05], [{}, { status: 201, id: idOf(1) }]);
    expect(first).toMatchObject({ action: 'purchase', key: 'unique', token: 'buyer' });
    expect(again).toEqual({ ...first, action: 'purchase again' });
  });
  it('when it was refused, or has no key, then nobody does', () => {
    expect(walk('buy', [0, 0.4, 0.05], [{}, { status: 409 }])).toHaveLength(2);
    expect(walk('buy', [0, 0.6, 0.05], [{}, { status: 201, id: idOf(1) }])).toHaveLength(2);
  });
  it.each([
    [0.1, ['reserve', 'confirm']],
    [0.8, ['reserve', 'release']],
    [0.95, ['reserve']],
  ])('when the chance is %s, then a reservation goes %j', (chance, actions) => {
    const steps = walk('reserve', [0, chance], [{ status: 201, id: idOf(2) }]);
    expect(steps.map(({ action }) => action)).toEqual(actions);
  });
  it('when somebody signs in, then the tokens of each answer are used', () => {
    const body = '{"data":{"accessToken":"first","refreshToken":"old"}}';
    const steps = walk('sign-in', [], [{ body }, {}, { body: body.replace('first', 'second') }]);
    expect(steps.map(({ token }) => token)).toEqual([undefined, 'first', undefined, 'second']);
    expect(steps[2]?.body).toEqual({ refreshToken: 'old' });
  });
  it('when journeys have weights, then they are chosen by them', () => {
    const choose = journeyChooser({ browse: 3, buy: 1 });
    expect([0, 0.74, 0.76, 0.999].map(choose)).toEqual(['browse', 'browse', 'buy', 'buy']);
    expect(() => journeyChooser({})).toThrow('needs journeys');
  });
  it('when the seed is the same, then so are the numbers, and they are spread', () => {
    const [one, other] = [createRandom(7), createRandom(7)];
    const numbers = Array.from({ length: 1_000 }, one);
    expect(numbers).toEqual(Array.from({ length: 1_000 }, other));
    expect(Math.abs(numbers.reduce((sum, each) => sum + each) / 1_000 - 0.5)).toBeLessThan(0.05);
  });
  it('when a step becomes bytes, then lengths, keys and tokens are told', () => {
    const step: Step = { action: 'purchase', method: 'POST', path: '/x', token: 't', key: 'k', body: { name: 'é' } };
    const text = requestBytes('127.0.0.1:1', step).toString('utf8');
    expect(text).toContain('POST /api/v1/x HTTP/1.1\r\nHost: 127.0.0.1:1\r\n');
    expect(text).toContain('Authorization: Bearer t\r\nIdempotency-Key: k\r\n');
    expect(text).toContain('Content-Length: 13\r\n\r\n{"name":"é"}');
  });
});

describe('judgeLines', () => {
  const line = (number: number, reference: string | null = null) => ({ id: idOf(number), stockAfter: 5, reference });
  const promised = { purchases: [idOf(1), idOf(2)], orders: ['order'], unknown: 0 };

  it('when each purchase has its line and each order one, then there is no fault', () => {
    expect(judgeLines([line(1), line(2), line(3, 'order')], promised)).toEqual([]);
  });
  it.each([
    ['a purchase has no line', [line(1)], '1 purchases were answered 201 and have no line'],
    ['a line belongs to nobody', [line(1), line(2), line(9)], '1 lines belong to no answer, 0 outcomes were unknown'],
    ['a line is there twice', [line(1), line(1), line(2)], `the line ${idOf(1)} is there twice`],
    [
      'an order is served twice',
      [line(1), line(2), line(3, 'order'), line(4, 'order')],
      'the order order was served twice',
    ],
    ['stock fell below zero', [{ ...line(1), stockAfter: -1 }, line(2)], `stock fell to -1 at the line ${idOf(1)}`],
  ])('when %s, then it says so', (_, lines, fault) => {
    expect(judgeLines(lines, promised)).toContain(fault);
  });
  it('when as many requests had no answer, then their lines are no fault', () => {
    expect(judgeLines([line(1), line(2), line(9)], { ...promised, unknown: 1 })).toEqual([]);
  });
});

describe('createSales', () => {
  const step: Step = { action: 'purchase', method: 'POST', path: '/x' };
  const answer = (number: number): Answer => ({ status: 201, id: idOf(number), body: '' });
  it('when two purchases get one id, or a repeated one another, then it says so', () => {
    const sales = createSales();
    sales.note(step, answer(1));
    sales.note(step, answer(1));
    sales.note({ ...step, action: 'purchase again' }, answer(1));
    sales.note({ ...step, action: 'purchase again' }, answer(2));
    sales.lost(step);
    sales.lost({ ...step, method: 'GET' });
    expect(sales.result()).toMatchObject({ purchases: [idOf(1)], unknown: 1 });
    expect(sales.result().faults).toHaveLength(2);
  });
});

describe('createRider', () => {
  /** A connection that answers when it is told to. */
  const connection = () => {
    const events = new EventEmitter();
    const written: string[] = [];
    const client = Object.assign(events, {
      _doRequest: () => written.push(client.getRequestBuffer().toString()),
      getRequestBuffer: () => Buffer.alloc(0),
      destroy: () => undefined,
      pipelinedRequests: { addBody: () => undefined, clear: () => undefined },
    });
    return { client, written };
  };
  const answered = (client: EventEmitter, status: number, body: string, headers: string[] = []): void => {
    client.emit('headers', { statusCode: status, headers });
    client.emit('body', Buffer.from(body));
    client.emit('response', status, 0, 0);
  };
  const start = () => {
    const { client, written } = connection();
    const book = createBook();
    const sales = createSales();
    const ends: boolean[] = [];
    let now = 0;
    const rider = createRider({
      ...{ client, host: 'shop', book, sales },
      nextJourney: () => journeys.buy(visitOf([0, 0.6])),
      onIdle: () => undefined,
      onEnd: (was) => ends.push(was),
      now: () => now,
    });
    return { client, written, book, sales, rider, ends, at: (ms: number) => (now = ms) };
  };

  it('when answers come, then the journey goes on, and waits count from when requests were due', () => {
    const { client, written, book, sales, rider, at } = start();
    rider.send(0);
    answered(client, 200, '{}');
    rider.send(10);
    at(30);
    answered(client, 201, `{"data":{"id":"${idOf(5)}"}}`);
    expect(written.map((text) => text.split(' ', 2).join(' '))).toEqual([
      `GET /api/v1/products/${product}`,
      `POST /api/v1/products/${product}/purchase`,
    ]);
    expect(sales.result().purchases).toEqual([idOf(5)]);
    expect(book.totals().all.maxMs).toBe(20);
  });
  it('when an answer is an error, then its code is noted', () => {
    const { client, book, rider } = start();
    rider.send(0);
    answered(client, 404, '{"error":{"code":"NOT_FOUND"}}');
    expect(book.totals().outcomes).toEqual([
      { action: 'show', status: 404, code: 'NOT_FOUND', count: 1, expected: false },
    ]);
  });
  it.each([
    ['hands out a key', ['X-A', 'idempotency-key', 'Idempotency-Key', 'k'], 1],
    ['hands out none', ['X-A', 'idempotency-key'], 0],
  ])('when a 503 %s, then what became of the purchase is counted so', (_, headers, unknown) => {
    const { client, sales, rider } = start();
    rider.send(0);
    answered(client, 200, '{}');
    rider.send(1);
    answered(client, 503, '{"error":{"code":"UNAVAILABLE"}}', headers);
    expect(sales.result().unknown).toBe(unknown);
  });
  it('when the connection breaks, then what was on its way had no answer, and a new journey begins', () => {
    const { client, written, book, rider, ends } = start();
    rider.send(0);
    client._doRequest();
    rider.send(5);
    expect(book.totals().outcomes).toMatchObject([{ action: 'show', status: 0, count: 1 }]);
    expect(ends).toEqual([false]);
    expect(written).toHaveLength(2);
  });
});
