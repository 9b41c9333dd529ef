/** The views that an address can name. */
export const viewNames = [
  'overview',
  'products',
  'orders',
  'purchases',
  'reports',
  'jobs',
  'users',
  'drop',
  'sign-in',
] as const;
export type ViewName = (typeof viewNames)[number];

/** A place in the page, as the part of the address behind `#` says it. */
export interface Route {
  view: ViewName;
  /** Of one thing, as in `#/products/<id>`. */
  id: string | null;
  /** Filters, as in `#/orders?status=pending`. */
  query: URLSearchParams;
}

const isViewName = (name: string): name is ViewName => (viewNames as readonly string[]).includes(name);

const textOf = (encoded: string): string | null => {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
};

/** @returns null for an address that names nothing here */
export const parseRoute = (hash: string): Route | null => {
  const [path = '', search = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  const [name = '', encodedId, ...rest] = path.replace(/\/$/, '').split('/');
  const query = new URLSearchParams(search);
  if (name === '') return { view: 'overview', id: null, query };
  if (!isViewName(name) || rest.length > 0) return null;
  if (encodedId === undefined) return { view: name, id: null, query };
  const id = textOf(encodedId);
  return name === 'products' && id !== null && id !== '' ? { view: name, id, query } : null;
};

/** The address of a place; filters that are empty are left out. */
export const hashOf = (view: ViewName, id: string | null = null, filters: Readonly<Record<string, string>> = {}) => {
  const query = new URLSearchParams(Object.entries(filters).filter(([, value]) => value !== ''));
  const search = query.size > 0 ? `?${query.toString()}` : '';
  const base = view === 'overview' ? '#/' : `#/${view}`;
  return `${base}${id === null ? '' : `/${encodeURIComponent(id)}`}${search}`;
};
