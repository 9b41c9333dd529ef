const id = '01920000-0000-7000-8000-000000000000';
const at = '2025-01-01T00:00:00.000Z';

/** As long as the service's answer to a read of a product, so that all servers send the same bytes. */
export const productJson = JSON.stringify({
  status_code: 200,
  message: 'OK',
  data: {
    ...{ id, sku: 'SKU-0000000001', name: 'Product 1', description: 'One of many', price: 1999, currency: 'USD' },
    ...{ stock: 1000, reserved: 0, sold: 0, lowStockThreshold: null, perCustomerLimit: null },
    ...{ saleStartsAt: null, saleEndsAt: null, tags: ['bench'], version: 1, seq: 1 },
    ...{ createdBy: id, createdAt: at, updatedAt: at },
  },
});

/** As long as the service's answer to a purchase. */
export const purchaseJson = JSON.stringify({
  status_code: 201,
  message: 'Purchase completed',
  data: {
    id,
    productId: id,
    quantity: 1,
    unitPrice: 1999,
    total: 1999,
    currency: 'USD',
    stockAfter: 999,
    createdAt: at,
  },
});

/** The path that lines about a constant ask for. */
export const constantPath = '/constant';
