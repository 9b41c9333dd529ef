import type { AdminActionView } from '../admin-action.js';
import type { Figures } from '../figures.js';
import type { Audit, MovementView, PurchaseView } from '../ledger.js';
import type { JobView } from '../job.js';
import type { OrderView } from '../order.js';
import type { AccountView, UserView } from '../people.js';
import type { ProductView } from '../product.js';
import type { ReportView } from '../report.js';
import type { ReservationView } from '../reservation.js';

const at = '2026-01-15T09:30:00.000Z';
const later = '2026-01-15T09:40:00.000Z';

const ids = {
  product: '019bc0a4-9a40-7c1e-8f3b-2d5e6a7b8c9d',
  movement: '019bc0a4-9a41-7a52-9d0e-1f2a3b4c5d6e',
  purchase: '019bc0a6-1f00-7b63-8a1f-3c4d5e6f7a8b',
  reservation: '019bc0a7-2c10-7d74-9b2e-4d5e6f7a8b9c',
  order: '019bc0a8-3d20-7e85-8c3d-5e6f7a8b9c0d',
  report: '019bc0a9-4e30-7f96-9d4c-6f7a8b9c0d1e',
  manager: '019bc0a0-0a00-7123-8e5b-7a8b9c0d1e2f',
  customer: '019bc0a1-1b10-7234-9f6a-8b9c0d1e2f3a',
} as const;

const user: UserView = { id: ids.customer, email: 'ada@shop.example', name: 'Ada', role: 'user', createdAt: at };
const account: AccountView = { ...user, role: 'manager', disabled: false, updatedAt: later };

const product: ProductView = {
  id: ids.product,
  sku: 'TICKET-A',
  name: 'Concert ticket',
  description: 'Row A, any seat',
  price: 4_900,
  currency: 'USD',
  stock: 97,
  reserved: 1,
  sold: 2,
  lowStockThreshold: 10,
  perCustomerLimit: 4,
  saleStartsAt: at,
  saleEndsAt: null,
  tags: ['concert'],
  version: 3,
  seq: 4,
  createdBy: ids.manager,
  createdAt: at,
  updatedAt: later,
};

const movement: MovementView = {
  id: ids.movement,
  productId: ids.product,
  seq: 4,
  type: 'adjustment',
  delta: 20,
  stockAfter: 97,
  reason: 'delivery',
  reference: 'DN-1042',
  actorId: ids.manager,
  createdAt: later,
};

const purchase: PurchaseView = {
  id: ids.purchase,
  productId: ids.product,
  quantity: 2,
  unitPrice: 4_900,
  total: 9_800,
  currency: 'USD',
  stockAfter: 97,
  createdAt: later,
};

const reservation: ReservationView = {
  id: ids.reservation,
  productId: ids.product,
  quantity: 1,
  status: 'held',
  expiresAt: later,
};

const order: OrderView = {
  id: ids.order,
  status: 'pending',
  items: [{ productId: ids.product, quantity: 2, unitPrice: 4_900, name: product.name }],
  total: 9_800,
  currency: 'USD',
  createdAt: at,
  updatedAt: at,
};

const report: ReportView = {
  id: ids.report,
  type: 'sales',
  productId: null,
  from: at,
  to: null,
  status: 'done',
  progress: 100,
  reason: null,
  rows: 31,
  truncated: false,
  files: {
    csv: `/api/v1/reports/${ids.report}/file?format=csv`,
    html: `/api/v1/reports/${ids.report}/file?format=html`,
  },
  requestedBy: ids.manager,
  createdAt: at,
  startedAt: at,
  finishedAt: later,
  expiresAt: '2026-01-22T09:30:00.000Z',
};

const job: JobView = {
  id: ids.report,
  queue: 'report-queue',
  name: 'requested',
  status: 'failed',
  progress: 40,
  attempts: 5,
  data: { reportId: ids.report },
  reason: 'the database is away',
  createdAt: at,
  startedAt: at,
  finishedAt: later,
};

const audit: Audit = {
  received: 100,
  sold: 2,
  reserved: 1,
  stock: 97,
  lines: 4,
  consistent: true,
  faults: [],
};

const adminAction: AdminActionView = {
  id: '019bc0aa-5f40-70a7-8e5d-7a8b9c0d1e2f',
  actorId: ids.manager,
  action: 'user.changed',
  target: ids.customer,
  before: { role: 'user', disabled: false },
  after: { role: 'manager', disabled: false },
  requestId: '0d5ac9c1-3c4e-4a52-a2b5-8c7a33c1c2ab',
  createdAt: later,
};

const figures: Figures = {
  at: later,
  process: { uptimeSeconds: 86_400, residentBytes: 150_000_000, service: 'all' },
  purchases: { accepted: 12_000, replayed: 12, refused: { INSUFFICIENT_STOCK: 80_000, LIMIT_REACHED: 31 } },
  latency: { boundsMs: [1, 5, 25, 100], counts: [120, 30_000, 61_000, 900, 23] },
  requests: { total: 400_000, errors: 2 },
  cache: { hits: 290_000, misses: 1_200, bypassed: 40 },
  queue: { depth: 87, max: 10_000, oldestMs: 3.2 },
  outbox: { pending: 2, oldestMs: 14 },
  deadLetters: 0,
  jobs: { waiting: 1, running: 2, failed: 0 },
};

/** One shop, in whose terms all examples speak. */
export const sample = {
  ...{
    at,
    later,
    ids,
    user,
    account,
    adminAction,
    product,
    movement,
    purchase,
    reservation,
    order,
    report,
    job,
    audit,
    figures,
  },
  requestId: '0d5ac9c1-3c4e-4a52-a2b5-8c7a33c1c2ab',
} as const;
