import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, ApiClient } from '../../tests/helpers/api-client.js';
import type { LoadPlan } from './plan.js';
import type { Person } from './system/people.js';

/** The products of one run. */
export interface Goods {
  /** Sold out in the middle of it. */
  scarce: string;
  plenty: string;
  /** So many for each customer. */
  limited: string;
  /** For reservations. */
  held: string;
  /** For orders; of the second there is little. */
  ordered: string;
  orderedScarce: string;
}

const many = 100_000;

/** As long as a caller of the run waits for a definite answer. */
const patienceMs = 240_000;

/** What the run before has broken may still show for a moment after it was quiet: then the service asks to come again. */
const patiently = async <T>(call: () => Promise<Answer<T>>): Promise<Answer<T>> => {
  const untilMs = performance.now() + patienceMs;
  for (;;) {
    const answer = await call();
    const seconds = Number(answer.headers['retry-after']);
    if (answer.status !== 503 || !(seconds > 0) || performance.now() > untilMs) return answer;
    await sleep(seconds * 1_000);
  }
};

/** Makes the products, while nothing is being broken. @throws Error when one is refused */
export const makeGoods = async (client: ApiClient, manager: Person, load: LoadPlan): Promise<Goods> => {
  const make = async (name: string, stock: number, more: object = {}): Promise<string> => {
    const key = randomUUID();
    const answer = await patiently(() =>
      client.createProduct({ token: manager.token, key, body: { name, price: 1_999, stock, ...more } }),
    );
    if (answer.status !== 201) throw new Error(`no product was made: ${answer.text}`);
    return answer.data.id;
  };
  return {
    scarce: await make('Scarce', load.scarce),
    plenty: await make('Plenty', many),
    limited: await make('Limited', many, { perCustomerLimit: load.perCustomer }),
    held: await make('Held', many),
    ordered: await make('Ordered', many),
    orderedScarce: await make('Ordered, scarce', load.scarce),
  };
};
