import type { BuyerSpec } from './buyer-spec.js';
import type { RequestSpec } from './load-spec.js';
import type { Participant } from './participant.js';
import { beside, listQueries } from './read-scenarios.js';
import type { LoadScenario, Work } from './scenario.js';
import type { Goods } from './shelf.js';

/** The body of every purchase. */
export const purchaseBody = JSON.stringify({ quantity: 1 });

/** The body of every product that is made under load. */
const createBody = JSON.stringify({ name: 'Made under load', price: 1999, stock: 10 });

const products = '/api/v1/products';

type Target = Pick<RequestSpec, 'method' | 'pathPrefix' | 'pathSuffix' | 'ids' | 'sweep'>;

/** What is asked for by each kind of work. Caches are warm once everything has been asked for once. */
export const targetOf = (
  work: Work,
  { ids }: Pick<Goods, 'ids'>,
  { pages = [] }: Pick<Participant, 'pages'>,
): Target => {
  switch (work) {
    case 'purchase':
      return { method: 'POST', pathPrefix: `${products}/`, pathSuffix: '/purchase', ids, sweep: false };
    case 'create':
      return { method: 'POST', pathPrefix: products, pathSuffix: '', ids: [''], sweep: false };
    case 'constant':
      return { method: 'GET', pathPrefix: '/constant', pathSuffix: '', ids: [''], sweep: false };
    case 'product':
      return { method: 'GET', pathPrefix: `${products}/`, pathSuffix: '', ids, sweep: true };
    case 'list':
      return { method: 'GET', pathPrefix: products, pathSuffix: '', ids: listQueries, sweep: true };
    case 'pages':
      return { method: 'GET', pathPrefix: products, pathSuffix: '', ids: pages, sweep: false };
  }
};

/** What is sent, and by whom. */
export const sendersOf = (
  { work, customers }: Pick<LoadScenario, 'work' | 'customers'>,
  participant: Pick<Participant, 'customers' | 'manager'>,
): Pick<RequestSpec, 'customers' | 'keyed' | 'body'> =>
  work === 'create'
    ? { customers: [participant.manager ?? ''], keyed: false, body: createBody }
    : {
        customers: participant.customers.slice(0, customers),
        keyed: work === 'purchase',
        body: work === 'purchase' ? purchaseBody : null,
      };

/** The purchases that run beside reads of the same products, half of them with keys. */
export const buyerSpec = (
  participant: Participant,
  { ids }: Goods,
  order: RequestSpec['order'],
  perSecond: number,
): BuyerSpec => ({
  ports: participant.ports,
  connections: beside.connections,
  ...targetOf('purchase', { ids }, participant),
  order,
  headers: [],
  customers: participant.customers.slice(0, beside.customers),
  keyed: true,
  body: purchaseBody,
  perSecond,
});
