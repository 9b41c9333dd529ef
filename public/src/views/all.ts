import type { View } from '../app-context.js';
import type { ViewName } from '../lib/route.js';
import { dropView } from './drop.js';
import { jobsView } from './jobs.js';
import { ordersView } from './orders.js';
import { overviewView } from './overview.js';
import { productView } from './product.js';
import { productsView } from './products.js';
import { purchasesView } from './purchases.js';
import { reportsView } from './reports.js';
import { signInView } from './sign-in.js';
import { usersView } from './users.js';

/** Every view by the name that addresses give it; `product` is that of a single one. */
export const views: Readonly<Record<ViewName | 'product', View>> = {
  overview: overviewView,
  products: productsView,
  product: productView,
  orders: ordersView,
  purchases: purchasesView,
  reports: reportsView,
  jobs: jobsView,
  users: usersView,
  drop: dropView,
  'sign-in': signInView,
};
