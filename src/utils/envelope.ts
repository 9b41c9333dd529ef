/** The body of a success, as JSON text: `{ status_code, message, data, meta? }`. */
export const envelope = (status: number, message: string, data: unknown, meta?: object): string =>
  JSON.stringify({ status_code: status, message, data: data ?? null, meta });
