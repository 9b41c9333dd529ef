import { escapeXml } from '../report/escape.js';
import type { CallNode } from './call-tree.js';
import { ownerOf } from './hot-functions.js';

const width = 1200;
const rowHeight = 17;
const charWidth = 6.4;
/** What is narrower than this share of the whole is left out: nobody can see it, and the file would be ten times as large. */
const shareMin = 0.002;

const style = `
.flame text { font: 11px ui-monospace, monospace; fill: #1c2430; pointer-events: none; }
.flame rect { stroke: #fff; stroke-width: .5; }
.flame .ours rect { fill: #7fb0ff; } .flame .package rect { fill: #f5c26b; } .flame .node rect { fill: #9ed8a5; } .flame .engine rect { fill: #d0d5dd; }
.flame g:hover rect { stroke: #111827; stroke-width: 1; }
`;

const kindOf = (place: string): 'ours' | 'package' | 'node' | 'engine' => {
  const owner = ownerOf(place);
  if (owner === 'engine and system') return 'engine';
  if (owner === 'node') return 'node';
  return owner.startsWith('src') ? 'ours' : 'package';
};

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/**
 * A flame graph that hangs from the top: as wide as it took, callers above those they call; its own file or a part of a page. What
 * one function calls with the same name from several places stays apart, as V8 saw it.
 */
export const flameGraph = (root: CallNode, title: string): string => {
  const rows: string[] = [];
  let depthMax = 0;
  const draw = (node: CallNode, x: number, depth: number): void => {
    const share = node.totalUs / root.totalUs;
    if (share < shareMin) return;
    depthMax = Math.max(depthMax, depth);
    const wide = share * width;
    const y = depth * rowHeight;
    const chars = Math.floor((wide - 4) / charWidth);
    const text =
      chars < 3 ? '' : `<text x="${(x + 2).toFixed(1)}" y="${y + 12}">${escapeXml(node.name.slice(0, chars))}</text>`;
    const said = `${node.name} ${node.place}: ${percent(share)}, itself ${percent(node.selfUs / root.totalUs)}`;
    rows.push(
      `<g class="${kindOf(node.place)}"><title>${escapeXml(said)}</title>` +
        `<rect x="${x.toFixed(1)}" y="${y}" width="${wide.toFixed(1)}" height="${rowHeight - 1}"/>${text}</g>`,
    );
    let at = x;
    for (const child of node.children) {
      draw(child, at, depth + 1);
      at += (child.totalUs / root.totalUs) * width;
    }
  };
  let at = 0;
  for (const child of root.children) {
    draw(child, at, 0);
    at += (child.totalUs / root.totalUs) * width;
  }
  const height = (depthMax + 1) * rowHeight;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="flame" viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${escapeXml(title)}">` +
    `<style>${style}</style>${rows.join('\n')}</svg>`
  );
};
