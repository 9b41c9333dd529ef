import { randomBytes } from 'node:crypto';
import type { Answer } from '../models/command.model.js';
import type { OutboxJob } from '../models/outbox.model.js';
import type { ProductDocument } from '../models/product.model.js';
import type { ReportJob } from '../schemas/job.js';
import type { CreateProductInput } from '../schemas/product.js';
import type { Caller } from '../utils/caller.js';
import { envelope } from '../utils/envelope.js';
import { AppError } from '../utils/errors.js';
import { messages } from '../utils/messages.js';
import { stockBand } from '../utils/stock-band.js';
import { nameKeyOf, termsOf } from '../utils/terms.js';
import { newId } from '../utils/uuid.js';
import { keyedCommand } from './keyed-command.js';
import { productView } from './product-view.js';
import type { AppliedLine, StockCommand } from './stock-engine/commands.js';

// Crockford's Base32 (https://www.crockford.com/base32.html): no letter that is read as a digit.
const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A sku for a product that came without one: 50 random bits, so that chance alone makes no two alike. */
export const makeSku = (): string =>
  `SKU-${Array.from(randomBytes(10), (byte) => crockford.charAt(byte % crockford.length)).join('')}`;

/** The whole document of a new product; its stock comes with the first line of its ledger, which makes `seq` 1. */
export const newProduct = (input: CreateProductInput, id: string, createdBy: string, at: Date): ProductDocument => {
  const { sku = makeSku(), ...given } = input;
  return {
    _id: id,
    sku,
    ...given,
    limitHistory: given.perCustomerLimit === null ? 'none' : 'complete',
    terms: termsOf([given.name, sku, ...given.tags]),
    nameKey: nameKeyOf(given.name),
    stockBand: stockBand(given.stock),
    reserved: 0,
    sold: 0,
    version: 1,
    seq: 0,
    createdBy,
    createdAt: at,
    updatedAt: at,
    deleted: false,
  };
};

const createdAnswer = ([line]: readonly AppliedLine[]): Answer => {
  if (!line) throw new AppError('INTERNAL');
  const { product } = line;
  return {
    status: 201,
    body: envelope(201, messages.productCreated, productView(product)),
    location: `/api/v1/products/${product._id}`,
  };
};

/** The report that every new product gets; its id is the job's, so that it is made once. */
const productReport = (productId: string, requestedBy: string): OutboxJob => {
  const id = newId();
  const { name, data }: ReportJob = { name: 'product', data: { reportId: id, productId, requestedBy } };
  return { queue: 'report-queue', name, id, data };
};

/** The command that makes a product. Without the caller's key it gets one, under which a 503 can be resolved. */
export const createCommand = (
  product: ProductDocument,
  caller: Caller,
  key: string | undefined,
  hash: string,
): StockCommand =>
  keyedCommand(caller, key, {
    kind: 'create',
    hash,
    buyerId: null,
    lines: [{ type: 'initial', id: newId(), product }],
    jobs: [productReport(product._id, caller.id)],
    showsProduct: true,
    answer: createdAnswer,
  });
