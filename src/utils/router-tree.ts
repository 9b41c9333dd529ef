import type { IRouter } from 'express';

/** What is used of a layer of Express's router: https://github.com/pillarjs/router/blob/v2.2.0/lib/layer.js */
interface Layer {
  handle: { stack?: unknown };
  rawPath: unknown;
  route?: { methods: Record<string, boolean> } | undefined;
  match: (path: string) => { path: string } | false;
}

/** The order in which `Allow` names them. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

const layersOf = (router: { stack?: unknown }): readonly Layer[] | undefined =>
  Array.isArray(router.stack) ? (router.stack as Layer[]) : undefined;

const matchOf = (layer: Layer, path: string): { path: string } | false => {
  try {
    return layer.match(path);
  } catch {
    // A param that cannot be decoded; the request itself is answered with 400 for it.
    return false;
  }
};

/** Methods that a path takes, and how many params the pattern has by which it takes them. */
interface Found {
  method: string;
  params: number;
}

const paramsOf = ({ rawPath }: Layer): number => String(rawPath).split(':').length - 1;

const methodsAt = (stack: readonly Layer[], path: string, params: number): Found[] =>
  stack.flatMap((layer) => {
    const inner = layersOf(layer.handle);
    if (layer.route === undefined && inner === undefined) return [];
    const match = matchOf(layer, path);
    if (match === false) return [];
    const total = params + paramsOf(layer);
    if (layer.route !== undefined) {
      return Object.keys(layer.route.methods).map((method) => ({ method: method.toUpperCase(), params: total }));
    }
    const rest = path.slice(match.path.length);
    return methodsAt(inner ?? [], rest.startsWith('/') ? rest : `/${rest}`, total);
  });

/**
 * The methods that the routes of `router` and of the routers in it take at `path`, for `Allow`; empty when no route
 * has that path. HEAD comes with GET, and OPTIONS with anything. Of a path that several patterns fit, the one with the
 * fewest params is meant: `/products/top` is no product's id.
 */
export const allowedMethods = (router: IRouter, path: string): string[] => {
  const all = methodsAt(layersOf(router) ?? [], path, 0);
  const fewest = Math.min(...all.map(({ params }) => params));
  const found = new Set(all.filter(({ params }) => params === fewest).map(({ method }) => method));
  if (found.size === 0) return [];
  if (found.has('GET')) found.add('HEAD');
  found.add('OPTIONS');
  return METHODS.filter((method) => found.has(method));
};

const collectPatterns = (stack: readonly Layer[], prefix: string, found: Map<object, string>): void => {
  for (const layer of stack) {
    const path = layer.rawPath === '/' ? '' : String(layer.rawPath);
    if (layer.route !== undefined) found.set(layer.route, prefix + path || '/');
    else collectPatterns(layersOf(layer.handle) ?? [], prefix + path, found);
  }
};

/** The whole pattern (`/api/v1/products/:id`) of every route of `router` and of the routers in it, by the route that Express leaves in `req.route`. */
export const routePatterns = (router: IRouter): Map<object, string> => {
  const found = new Map<object, string>();
  collectPatterns(layersOf(router) ?? [], '', found);
  return found;
};

/** Every route of `router` and of the routers in it, as `GET /products/:id`. */
export const routesOf = (router: IRouter): string[] =>
  [...routePatterns(router)].flatMap(([route, pattern]) =>
    Object.keys((route as NonNullable<Layer['route']>).methods).map((method) => `${method.toUpperCase()} ${pattern}`),
  );
