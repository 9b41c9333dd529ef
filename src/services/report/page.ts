import { escapeHtml } from '../../utils/escape-html.js';

export interface Table {
  title: string;
  /** A heading that ends with `#` is of a column of numbers. */
  columns: readonly string[];
  rows: readonly (readonly (string | number)[])[];
  /** What stands under it, such as how many rows are left out. */
  note?: string;
}

export interface Page {
  title: string;
  subtitle: string;
  facts: readonly (readonly [string, string])[];
  /** Pieces of HTML that are safe already. */
  charts: readonly string[];
  tables: readonly Table[];
}

/** The one style sheet of every report's page; who shows one under a policy of their own lets it through by its hash. */
export const pageStyle = `
:root{color-scheme:light dark;--ink:#1c2128;--soft:#59636e;--rule:#d8dee4;--ground:#fff;--accent:#0b6bcb}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9198a1;--rule:#30363d;--ground:#0d1117;--accent:#58a6ff}}
body{margin:2rem auto;max-width:60rem;padding:0 1rem;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground)}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}p,figcaption,small{color:var(--soft)}
dl{display:flex;flex-wrap:wrap;gap:1rem 2.5rem;margin:1.5rem 0}dt{color:var(--soft);font-size:.85rem}dd{margin:0;font-size:1.25rem;font-variant-numeric:tabular-nums}
figure{margin:1.5rem 0}svg{width:100%;height:auto;font:11px system-ui,sans-serif}svg text{fill:var(--soft)}
.grid{stroke:var(--rule)}.bar{fill:var(--accent)}.line{fill:none;stroke:var(--accent);stroke-width:1.5}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{padding:.35rem .6rem;border-bottom:1px solid var(--rule);text-align:left}
th{color:var(--soft);font-weight:500}.n{text-align:right;font-variant-numeric:tabular-nums}`;

const cell = (tag: 'th' | 'td', text: string, isNumber: boolean): string =>
  `<${tag}${isNumber ? ' class="n"' : ''}>${escapeHtml(text)}</${tag}>`;

const tableHtml = ({ title, columns, rows, note }: Table): string => {
  const numbers = columns.map((column) => column.endsWith('#'));
  const head = columns.map((column, index) => cell('th', column.replace(/#$/, ''), numbers[index] === true));
  const body = rows.map(
    (row) => `<tr>${row.map((value, index) => cell('td', String(value), numbers[index] === true)).join('')}</tr>`,
  );
  const under = note === undefined ? '' : `<small>${escapeHtml(note)}</small>`;
  return (
    `<h2>${escapeHtml(title)}</h2><div class="scroll"><table><thead><tr>${head.join('')}</tr></thead>` +
    `<tbody>${body.join('\n')}</tbody></table></div>${under}`
  );
};

/** One page that needs nothing from anywhere: no script, its own style, plots as SVG, light or dark as its reader has it. */
export const renderPage = ({ title, subtitle, facts, charts, tables }: Page): string => {
  const list = facts.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`);
  return (
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${escapeHtml(title)}</title><style>${pageStyle}</style></head>\n` +
    `<body><h1>${escapeHtml(title)}</h1><p>${escapeHtml(subtitle)}</p><dl>${list.join('')}</dl>\n` +
    `${charts.join('\n')}\n${tables.map(tableHtml).join('\n')}\n</body></html>\n`
  );
};
