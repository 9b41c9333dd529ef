import type { IRouter } from 'express';

/** What is used of a layer of Express's router: https://github.com/pillarjs/router/blob/v2.2.0/lib/layer.js */
interface Layer {
  handle: { stack?: unknown };
  route?: { methods: Record<string, boolean> } | undefined;
  match: (path: string) => { path: string } | false;
}

/** The order in which `Allow` names them. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

const matchOf = (layer: Layer, path: string): { path: string } | false => {
  try {
    return layer.match(path);
  } catch {
    // A param that cannot be decoded; the request itself is answered with 400 for it.
    return false;
  }
};

const collect = (stack: readonly Layer[], path: string, found: Set<string>): void => {
  for (const layer of stack) {
    const { stack: inner } = layer.handle;
    if (layer.route === undefined && !Array.isArray(inner)) continue;
    const match = matchOf(layer, path);
    if (match === false) continue;
    if (layer.route !== undefined) {
      for (const method of Object.keys(layer.route.methods)) found.add(method.toUpperCase());
    } else {
      const rest = path.slice(match.path.length);
      collect(inner as Layer[], rest.startsWith('/') ? rest : `/${rest}`, found);
    }
  }
};

/**
 * The methods that the routes of `router` and of the routers in it take at `path`, for `Allow`; empty when no route
 * has that path. HEAD comes with GET, and OPTIONS with anything.
 */
export const allowedMethods = (router: IRouter, path: string): string[] => {
  const found = new Set<string>();
  collect(router.stack as unknown as Layer[], path, found);
  if (found.size === 0) return [];
  if (found.has('GET')) found.add('HEAD');
  found.add('OPTIONS');
  return METHODS.filter((method) => found.has(method));
};
