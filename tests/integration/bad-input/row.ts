import { http, type Heard, type HttpRequest, type Wire } from './wire.js';
import type { World } from './world.js';

/** One row of the matrix: what is wrong, what is sent, and what has to come back. */
export interface Row {
  name: string;
  ask: (world: World) => Wire;
  status: number;
  /** Of an error. */
  code?: string | undefined;
  /** The paths that a 400 has to name, sorted. */
  fields?: readonly string[];
  /** What more there is to say about the answer. */
  also?: (heard: Heard, world: World) => void;
}

type Rest = Pick<Row, 'fields' | 'also'>;

/** A row that is refused. */
export const refused = (name: string, status: number, code: string, ask: Row['ask'], rest: Rest = {}): Row => ({
  name,
  status,
  code,
  ask,
  ...rest,
});

/** A row that is answered as if nothing were wrong, because nothing comes of it. */
export const harmless = (name: string, status: number, ask: Row['ask'], rest: Rest = {}): Row => ({
  name,
  status,
  ask,
  ...rest,
});

/** A request below the base path of the API. */
export const api = (method: string, path: string, more: Omit<HttpRequest, 'method' | 'path'> = {}): Wire =>
  http({ method, path: `/api/v1${path}`, ...more });

/** What a sane product is made of. */
export const product = { name: 'Chair', price: 1, stock: 1 } as const;

/** A faulty product of a manager: a field, and what it is in JSON. */
export const faultyProduct = (field: string, json: string, fields: readonly string[] = [field]): Row =>
  refused(
    `a product with ${field} ${json.length > 40 ? `of ${json.length} characters` : json}`,
    400,
    'VALIDATION_FAILED',
    ({ manager }) => {
      const others = Object.fromEntries(Object.entries(product).filter(([name]) => name !== field));
      return api('POST', '/products', {
        token: manager,
        body: `${JSON.stringify(others).slice(0, -1)},"${field}":${json}}`,
      });
    },
    { fields },
  );
