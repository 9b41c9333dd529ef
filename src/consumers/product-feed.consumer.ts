import type { ForeignChange } from '../services/product-cache.service.js';
import type { SoldUnits } from '../services/ranking/ranking.js';
import type { StockFeedEvent } from '../services/stock-stream/level-memory.js';

/** What the change stream says of one write. */
export type RawProductEvent = StockFeedEvent & { fields: { version?: number } };

export interface ProductFeedConsumerDependencies {
  healing: { note: (change: ForeignChange) => void };
  ranking: { note: (change: SoldUnits) => void };
  stream: { note: (event: StockFeedEvent) => void };
}

const stampOf = ({ version, seq }: RawProductEvent['fields']): ForeignChange['stamp'] => ({
  ...(version === undefined ? {} : { version }),
  ...(seq === undefined ? {} : { seq }),
});

/**
 * An event in the cache's terms. The service itself moves `version` or `seq` with every write, so an update with neither, a
 * replacement or a removal is another tool's: nothing can be told from the numbers then.
 */
export const foreignChangeOf = ({ operation, id, fields }: RawProductEvent): ForeignChange => {
  const { version, seq } = fields;
  const moved = version !== undefined || seq !== undefined;
  const stamped = operation === 'insert' || (operation === 'update' && moved);
  return { id, stamp: stampOf(fields), listed: operation !== 'update' || version !== undefined || !stamped, stamped };
};

/** Null where nothing was sold; what another tool has written is no sale either, as the ledger does not know of it. */
const soldUnitsOf = ({ operation, id, fields }: RawProductEvent): SoldUnits | null => {
  const { sold, seq } = fields;
  return operation !== 'update' || sold === undefined || seq === undefined ? null : { id, sold, seq };
};

/** Hands what the products' change stream says to whom it concerns. */
export const createProductFeedConsumer = ({ healing, ranking, stream }: ProductFeedConsumerDependencies) => {
  const consumeOne = (event: RawProductEvent): void => {
    healing.note(foreignChangeOf(event));
    const sold = soldUnitsOf(event);
    if (sold !== null) ranking.note(sold);
    stream.note(event);
  };
  return (events: readonly RawProductEvent[]): void => {
    for (const event of events) consumeOne(event);
  };
};
