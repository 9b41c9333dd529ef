import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import type { BuyerResult, BuyerSpec } from './buyer-spec.js';
import { machineMs } from './clock.js';
import { createRequestRings } from './requests.js';

/** How often it is looked what is due. */
const beatMs = 2;
/** What could not be sent in time is made up for, but no more than of this long: a pause must not end in a storm. */
const backlogMsMax = 250;

interface Answer {
  status: number;
  stockAfter: number;
}

/** The whole answer in these bytes, null while some of it is still to come. */
const answerIn = (text: string): Answer | null => {
  const bodyAt = text.indexOf('\r\n\r\n') + 4;
  if (bodyAt < 4) return null;
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0);
  if (text.length < bodyAt + length) return null;
  return { status: Number(text.slice(9, 12)), stockAfter: Number(/"stockAfter":(\d+)/.exec(text)?.[1] ?? NaN) };
};

const createBook = (spec: BuyerSpec) => {
  const startedMs = machineMs();
  let lastMs = startedMs;
  let answers = 0;
  const result: Omit<BuyerResult, 'perSecond'> = {
    statuses: {},
    soldPerId: spec.ids.map(() => 0),
    sales: { answeredMs: [], ids: [], stocksAfter: [] },
  };
  return {
    enter: (idIndex: number, { status, stockAfter }: Answer): void => {
      lastMs = machineMs();
      answers++;
      result.statuses[status] = (result.statuses[status] ?? 0) + 1;
      if (status !== 201) return;
      result.soldPerId[idIndex] = (result.soldPerId[idIndex] ?? 0) + 1;
      result.sales.answeredMs.push(lastMs);
      result.sales.ids.push(idIndex);
      result.sales.stocksAfter.push(stockAfter);
    },
    result: (): BuyerResult => ({ ...result, perSecond: (answers / (lastMs - startedMs)) * 1000 }),
  };
};

/** Buys at the rate as long as there are idle connections; gives a function that lets the last answers come, then tells. */
const startBuying = (spec: BuyerSpec, fail: (error: Error) => void): (() => Promise<BuyerResult>) => {
  const ringOf = createRequestRings(spec, randomBytes(6).toString('hex'));
  const book = createBook(spec);
  const idle: (() => void)[] = [];
  let onRest: (() => void) | null = null;

  for (let number = 0; number < spec.connections; number++) {
    const ring = ringOf(number);
    const socket = connect({ port: spec.ports[number % spec.ports.length] ?? 0, host: '127.0.0.1', noDelay: true });
    let text = '';
    const buy = (): void => {
      socket.write(ring.next() ?? '');
    };
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const answer = answerIn(text);
      if (answer === null) return;
      text = '';
      book.enter(ring.lastId(), answer);
      idle.push(buy);
      if (idle.length === spec.connections) onRest?.();
    });
    socket.on('error', fail).on('close', () => fail(new Error('A connection of the buyers was closed')));
    idle.push(buy);
  }

  let dueMs = machineMs();
  const beat = setInterval(() => {
    const nowMs = machineMs();
    dueMs = Math.max(dueMs, nowMs - backlogMsMax);
    for (; dueMs < nowMs && idle.length > 0; dueMs += 1000 / spec.perSecond) idle.shift()?.();
  }, beatMs);
  return () => {
    clearInterval(beat);
    const rested = new Promise<void>((resolve) => {
      onRest = resolve;
    });
    if (idle.length === spec.connections) onRest?.();
    return rested.then(book.result);
  };
};

process.once('message', (spec: BuyerSpec) => {
  const stop = startBuying(spec, (error) => {
    console.error(error.message);
    process.exit(1);
  });
  process.once('message', () => {
    void stop().then((result) => process.send?.(result, () => process.exit(0)));
  });
});
process.once('disconnect', () => process.exit(1));
