import type { CallNode } from './call-tree.js';

/** A function with all its calls together. */
export interface HotFunction {
  name: string;
  place: string;
  selfUs: number;
  /** Its own time and that of all it calls; calls within calls of itself are counted once. */
  totalUs: number;
  /** Who called it when that own time was spent, the most important first. */
  callers: { name: string; selfUs: number }[];
}

interface Entry extends Omit<HotFunction, 'callers'> {
  byCaller: Map<string, number>;
}

const callersMax = 3;

/** Adds up the tree by function, the one with the most time of its own first. */
export const hotFunctions = (root: CallNode): HotFunction[] => {
  const entries = new Map<string, Entry>();
  const onStack = new Map<string, number>();
  const visit = (node: CallNode, caller: string): void => {
    const { key, name, place } = node;
    const entry = entries.get(key) ?? { name, place, selfUs: 0, totalUs: 0, byCaller: new Map<string, number>() };
    entries.set(key, entry);
    entry.selfUs += node.selfUs;
    entry.byCaller.set(caller, (entry.byCaller.get(caller) ?? 0) + node.selfUs);
    const depth = onStack.get(key) ?? 0;
    if (depth === 0) entry.totalUs += node.totalUs;
    onStack.set(key, depth + 1);
    for (const child of node.children) visit(child, name);
    onStack.set(key, depth);
  };
  for (const child of root.children) visit(child, '(root)');
  return [...entries.values()]
    .map(({ byCaller, ...entry }) => ({
      ...entry,
      callers: [...byCaller]
        .map(([name, selfUs]) => ({ name, selfUs }))
        .filter(({ selfUs }) => selfUs > 0)
        .sort((a, b) => b.selfUs - a.selfUs)
        .slice(0, callersMax),
    }))
    .sort((a, b) => b.selfUs - a.selfUs);
};

/** To whom a place belongs: a room of `src`, a package, Node itself, or the engine. */
export const ownerOf = (place: string): string => {
  if (place === '') return 'engine and system';
  if (place.startsWith('src/')) {
    const [, room = '', file] = place.split('/');
    return file === undefined ? 'src' : `src/${room}`;
  }
  if (place.startsWith('node:')) return 'node';
  const [scope = '', name = ''] = place.split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
};

/** Own time by owner, the most first. */
export const timeByOwner = (functions: readonly HotFunction[]): { owner: string; selfUs: number }[] => {
  const owners = new Map<string, number>();
  for (const { place, selfUs } of functions) owners.set(ownerOf(place), (owners.get(ownerOf(place)) ?? 0) + selfUs);
  return [...owners].map(([owner, selfUs]) => ({ owner, selfUs })).sort((a, b) => b.selfUs - a.selfUs);
};
