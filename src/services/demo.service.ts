import { AppError } from '../utils/errors.js';

/** What a demo product is made of: the body of `POST /products`. */
export interface DemoProduct {
  sku: string;
  name: string;
  description: string;
  price: number;
  currency: string;
  stock: number;
  lowStockThreshold?: number;
  perCustomerLimit?: number;
  tags: string[];
}

export interface DemoDeps {
  products: { create: (input: DemoProduct, actorId: string) => Promise<unknown> };
}

const product = (
  sku: string,
  name: string,
  description: string,
  price: number,
  stock: number,
  tags: string[],
  limits: Pick<DemoProduct, 'lowStockThreshold' | 'perCustomerLimit'> = {},
): DemoProduct => ({ sku, name, description, price, currency: 'USD', stock, tags, ...limits });

/** Scarce things of several kinds: some with a limit per customer, some nearly gone, one sold out. */
export const demoProducts: readonly DemoProduct[] = [
  product(
    'TIX-NOVA-GA',
    'Nova live, standing',
    'One night in the old tram depot. Doors at 19:00.',
    4900,
    800,
    ['tickets', 'music'],
    { perCustomerLimit: 4 },
  ),
  product(
    'TIX-NOVA-BAL',
    'Nova live, balcony seat',
    'Numbered seat with the best view of the stage.',
    8900,
    60,
    ['tickets', 'music'],
    { perCustomerLimit: 2, lowStockThreshold: 10 },
  ),
  product(
    'TIX-MAR-START',
    'City marathon start number',
    'Timing chip, shirt and medal included.',
    6500,
    2500,
    ['tickets', 'sport'],
    { perCustomerLimit: 1 },
  ),
  product(
    'SNK-AERO-42',
    'Aero Runner 01, size 42',
    'First run of the knitted racing flat.',
    17900,
    24,
    ['sneakers', 'limited'],
    { perCustomerLimit: 1, lowStockThreshold: 5 },
  ),
  product(
    'SNK-AERO-44',
    'Aero Runner 01, size 44',
    'First run of the knitted racing flat.',
    17900,
    3,
    ['sneakers', 'limited'],
    { perCustomerLimit: 1, lowStockThreshold: 5 },
  ),
  product(
    'CON-ORB-BLK',
    'Orbit game console, black',
    'With one controller and a 1 TB drive.',
    49900,
    150,
    ['electronics', 'games'],
    { perCustomerLimit: 1, lowStockThreshold: 20 },
  ),
  product(
    'GPU-VX90',
    'VX90 graphics card',
    '24 GB, three fans, two and a half slots.',
    129900,
    12,
    ['electronics', 'limited'],
    { perCustomerLimit: 1 },
  ),
  product(
    'VIN-BLUE-LP',
    'Blue Hours, coloured vinyl',
    'Pressed once, 500 numbered copies.',
    3200,
    500,
    ['music', 'limited'],
    { lowStockThreshold: 50 },
  ),
  product('PRT-HARB-A2', 'Harbour at dawn, signed print', 'Giclee print, A2, signed by the artist.', 14500, 40, [
    'art',
    'limited',
  ]),
  product('COF-GEI-250', 'Gesha coffee, 250 g', 'Lot 7 of a single farm; roasted to order.', 5400, 90, ['food'], {
    lowStockThreshold: 15,
  }),
  product('WAT-DIV-40', 'Diver watch, 40 mm', 'Automatic, 300 m, numbered case back.', 89000, 0, [
    'watches',
    'limited',
  ]),
  product(
    'CAM-RNG-35',
    'Rangefinder camera, 35 mm',
    'All mechanical, made by hand in small batches.',
    239000,
    1,
    ['electronics', 'photo'],
    { lowStockThreshold: 1 },
  ),
];

const isThere = (error: unknown): boolean => error instanceof AppError && error.code === 'DUPLICATE_SKU';

/** Fills a catalogue with products to try the service on. */
export const createDemo = ({ products }: DemoDeps) => ({
  /**
   * Creates the demo's products; those that are there already stay as they are, so two processes may do it at once.
   * @returns how many were created
   */
  fill: async (actorId: string): Promise<number> => {
    let created = 0;
    for (const input of demoProducts) {
      try {
        await products.create(input, actorId);
        created++;
      } catch (error) {
        if (!isThere(error)) throw error;
      }
    }
    return created;
  },
});
