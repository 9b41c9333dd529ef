import type { Editable } from '../lib/product-edit.js';
import type { Answer, Client } from './client.js';
import type {
  AccountView,
  Audit,
  JobView,
  MovementView,
  OrderView,
  ProductView,
  PurchaseView,
  ReportFormat,
  ReportType,
  ReportView,
  Role,
} from './types.js';

export type Filters = Readonly<Record<string, string | number | null | undefined>>;

export interface StockWish {
  delta?: number;
  count?: number;
  expectedStock?: number;
  reason: string;
}

export interface ReportWish {
  type: ReportType;
  productId?: string;
  from?: string;
  to?: string;
}

export interface NewProduct {
  name: string;
  price: number;
  currency: string;
  stock: number;
}

/** `randomUUID` is there over TLS and on localhost alone, and the page has to work over plain HTTP too. */
const randomKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** A key of its own for what somebody wants once: whatever is sent again then is the same wish. */
const keyed = () => ({ 'Idempotency-Key': randomKey() });

const listsOf = (client: Client, limit: number) => {
  const list =
    <T>(path: string) =>
    (filters: Filters, cursor: string | null, signal?: AbortSignal): Promise<Answer<T[]>> =>
      client.call<T[]>({ path, query: { limit, ...filters, cursor }, ...(signal && { signal }) });
  return {
    products: list<ProductView>('/products'),
    orders: list<OrderView>('/orders'),
    purchases: list<PurchaseView>('/purchases'),
    reports: list<ReportView>('/reports'),
    jobs: list<JobView>('/jobs'),
    users: list<AccountView>('/users'),
    movements: (id: string, cursor: string | null, signal: AbortSignal) =>
      client.call<MovementView[]>({ path: `/products/${id}/movements`, query: { limit: 100, cursor }, signal }),
  };
};

const productsOf = (client: Client) => ({
  product: (id: string, signal: AbortSignal) =>
    client.call<ProductView>({ path: `/products/${encodeURIComponent(id)}`, signal }),
  createProduct: (body: NewProduct) =>
    client.call<ProductView>({ method: 'POST', path: '/products', body, headers: keyed() }),
  editProduct: (id: string, body: Partial<Editable>, version: number, seq: number) =>
    client.call<ProductView>({
      ...{ method: 'PATCH', path: `/products/${id}`, body },
      headers: { 'If-Match': `"${String(version)}.${String(seq)}"` },
    }),
  moveStock: (id: string, body: StockWish) =>
    client.call<{ product: ProductView; movement: MovementView }>({
      ...{ method: 'POST', path: `/products/${id}/stock`, body, headers: keyed() },
    }),
  purchase: (id: string, quantity: number, price: number) =>
    client.call<PurchaseView>({
      ...{ method: 'POST', path: `/products/${id}/purchase`, body: { quantity, price }, headers: keyed() },
    }),
  audit: (id: string, signal: AbortSignal) => client.call<Audit>({ path: `/products/${id}/audit`, signal }),
});

/** Every call that the page makes, by name. Lists come in pages of 50. */
export const createCalls = (client: Client) => ({
  ...listsOf(client, 50),
  ...productsOf(client),
  order: (productId: string, quantity: number, price: number) =>
    client.call<OrderView>({ method: 'POST', path: '/orders', body: { productId, quantity, price }, headers: keyed() }),
  cancelOrder: (id: string) =>
    client.call<OrderView>({ method: 'POST', path: `/orders/${id}/cancel`, headers: keyed() }),
  requestReport: (body: ReportWish) => client.call<ReportView>({ method: 'POST', path: '/reports', body }),
  reportFile: (id: string, format: ReportFormat) =>
    client.open({ path: `/reports/${id}/file`, query: { format } }).then((response) => response.blob()),
  retryJob: (id: string) => client.call<JobView>({ method: 'POST', path: `/jobs/${id}/retry` }),
  changeUser: (id: string, body: { role?: Role; disabled?: boolean }) =>
    client.call<AccountView>({ method: 'PATCH', path: `/users/${id}`, body }),
});

export type Calls = ReturnType<typeof createCalls>;
