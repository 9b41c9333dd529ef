import { sleep } from 'k6';
import { Counter, Gauge } from 'k6/metrics';
import { ask } from './call.ts';
import { settings } from './settings.ts';
import { signIn, type Shop } from './shop.ts';
import { look } from './watch.ts';

const auditFaults = new Counter('audit_faults');
const unitsSold = new Gauge('units_sold');

interface ProductAudit {
  received: number;
  stock: number;
  reserved: number;
  sold: number;
  consistent: boolean;
}

const pendingTriesMax = 120;

/** Once all is over: every product's ledger is replayed and adds up. `npm run load:k6` holds the purchases against it besides. */
export const auditShop = (shop: Shop): void => {
  const { token } = signIn(settings.admin);
  for (let tries = 0; tries < pendingTriesMax; tries++) {
    const pending = ask('GET', '/orders?status=pending&limit=1', token) as unknown[];
    if (pending.length === 0) break;
    sleep(1);
  }
  let sum = 0;
  auditFaults.add(0);
  for (const id of shop.productIds) {
    const found = ask('GET', `/products/${id}/audit`, token) as ProductAudit;
    sum += found.sold;
    if (!found.consistent || found.received !== found.stock + found.reserved + found.sold) {
      auditFaults.add(1);
      console.error(`${id} does not add up: ${JSON.stringify(found)}`);
    }
  }
  unitsSold.add(sum);
  look(shop);
};
