/** The part of V8's CPU profile that is used here; see https://chromedevtools.github.io/devtools-protocol/v8/Profiler/#type-Profile */
export interface CpuProfile {
  nodes: readonly {
    id: number;
    callFrame: { functionName: string; url: string; lineNumber: number; columnNumber: number };
    children?: readonly number[];
  }[];
  samples?: readonly number[];
  /** Microseconds between one sample and the one before it. */
  timeDeltas?: readonly number[];
}

/** A function, called from one place of the tree. */
export interface CallNode {
  /** What tells functions apart. */
  key: string;
  name: string;
  /** Where it is, for people; empty for what the engine does outside of any function. */
  place: string;
  selfUs: number;
  /** Its own time and that of all that it calls. */
  totalUs: number;
  children: readonly CallNode[];
}

const idle = '(idle)';

/** Time by node: a sample holds until the next one. */
const selfTimes = ({ samples = [], timeDeltas = [] }: CpuProfile): Map<number, number> => {
  const times = new Map<number, number>();
  samples.forEach((id, i) => {
    // A delta may be negative when V8 hands its samples over out of order.
    times.set(id, (times.get(id) ?? 0) + Math.max(0, timeDeltas[i + 1] ?? 0));
  });
  return times;
};

/**
 * The tree of calls with the time that each took, without the time in which there was nothing to do.
 * @param placeOf where a call frame is, for people
 */
export const callTree = (
  profile: CpuProfile,
  placeOf: (frame: CpuProfile['nodes'][number]['callFrame']) => string,
): CallNode => {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const times = selfTimes(profile);
  const build = (id: number): CallNode | null => {
    const node = nodes.get(id);
    if (node === undefined || node.callFrame.functionName === idle) return null;
    const { functionName, url, lineNumber, columnNumber } = node.callFrame;
    const children = (node.children ?? []).flatMap((child) => build(child) ?? []);
    const selfUs = times.get(id) ?? 0;
    return {
      key: `${functionName} ${url}:${lineNumber}:${columnNumber}`,
      name: functionName === '' ? '(anonymous)' : functionName,
      place: placeOf(node.callFrame),
      selfUs,
      totalUs: children.reduce((sum, child) => sum + child.totalUs, selfUs),
      children: children.sort((a, b) => b.totalUs - a.totalUs),
    };
  };
  const root = build(profile.nodes[0]?.id ?? 0);
  if (root === null) throw new Error('The profile is empty');
  return root;
};
