/** The body of a success, as JSON text: `{ status_code, message, data, meta? }`. */
export const envelope = (status: number, message: string, data: unknown, meta?: object): string =>
  JSON.stringify({ status_code: status, message, data: data ?? null, meta });

/** The same around data that is JSON text already, such as an entry of the cache. */
export const envelopeAround = (status: number, message: string, json: string, meta?: object): string =>
  `{"status_code":${String(status)},"message":${JSON.stringify(message)},"data":${json}${
    meta === undefined ? '' : `,"meta":${JSON.stringify(meta)}`
  }}`;
