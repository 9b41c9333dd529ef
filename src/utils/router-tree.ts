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

const collectMethods = (stack: readonly Layer[], path: string, found: Set<string>): void => {
  for (const layer of stack) {
    const inner = layersOf(layer.handle);
    if (layer.route === undefined && inner === undefined) continue;
    const match = matchOf(layer, path);
    if (match === false) continue;
    if (layer.route !== undefined) {
      for (const method of Object.keys(layer.route.methods)) found.add(method.toUpperCase());
    } else if (inner !== undefined) {
      const rest = path.slice(match.path.length);
      collectMethods(inner, rest.startsWith('/') ? rest : `/${rest}`, found);
    }
  }
};

/**
 * The methods that the routes of `router` and of the routers in it take at `path`, for `Allow`; empty when no route
 * has that path. HEAD comes with GET, and OPTIONS with anything.
 */
export const allowedMethods = (router: IRouter, path: string): string[] => {
  const found = new Set<string>();
  collectMethods(layersOf(router) ?? [], path, found);
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
