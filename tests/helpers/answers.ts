import type { Answer, ApiClient } from './api-client.js';

/** Status and code of a refusal. */
export const refusal = ({ status, error }: Answer): [number, string | undefined] => [
  status,
  (error as Answer['error'] | undefined)?.code,
];

/** The fields that a 400 names, sorted. */
export const faultyFields = ({ error }: Answer): string[] =>
  (error.details as { path: string }[]).map(({ path }) => path).sort();

/**
 * Follows a list from its first page to its end.
 * @param between is called after every page but the last
 */
export const allPages = async (
  client: ApiClient,
  path: string,
  token: string,
  between: () => Promise<unknown> = () => Promise.resolve(),
): Promise<unknown[][]> => {
  const pages: unknown[][] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const joint = path.includes('?') ? '&' : '?';
    const answer = await client.api('GET', cursor === '' ? path : `${path}${joint}cursor=${cursor}`, { token });
    if (answer.status !== 200) throw new Error(`a page was refused: ${answer.text}`);
    pages.push(answer.data as unknown[]);
    cursor = answer.meta.nextCursor;
    if (cursor !== null) await between();
  }
  return pages;
};

/** What no whole number of at least one is, as JSON text: by what is wrong with it. */
export const badQuantities: readonly [string, string][] = [
  ['0', '0'],
  ['-1', '-1'],
  ['1.5', '1.5'],
  ['text', '"5"'],
  ['1e400', '1e400'],
  ['2^53+1', '9007199254740993'],
  ['one more than the bound', '1000001'],
  ['null', 'null'],
  ['true', 'true'],
  ['a list', '[1]'],
  ['an object', '{"$gt":0}'],
];
