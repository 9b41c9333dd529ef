const light = {
  ...{ ink: '#1c2430', soft: '#667085', line: '#d7dce3', page: '#ffffff', good: '#15803d', bad: '#b42318' },
  ...{ ours: '#2563eb', other: '#b42318', dot: '#111827' },
  ...{ s1: '#2563eb', s2: '#d97706', s3: '#15803d', s4: '#9333ea', s5: '#dc2626', s6: '#0891b2' },
};
const dark: typeof light = {
  ...{ ink: '#e6e9ee', soft: '#98a2b3', line: '#344054', page: '#101620', good: '#4ade80', bad: '#f97066' },
  ...{ ours: '#60a5fa', other: '#f97066', dot: '#f2f4f7' },
  ...{ s1: '#60a5fa', s2: '#fbbf24', s3: '#4ade80', s4: '#c084fc', s5: '#f87171', s6: '#22d3ee' },
};

const variables = (colours: typeof light): string =>
  Object.entries(colours)
    .map(([name, colour]) => `--${name}: ${colour};`)
    .join(' ');

/** The colours as variables of an element, light or dark as the reader has it. */
export const palette = (element: string): string =>
  `${element} { ${variables(light)} } @media (prefers-color-scheme: dark) { ${element} { ${variables(dark)} } }`;

/** How the page of a load looks; it asks nobody for anything. */
export const loadStyle = `
${palette(':root')}
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .3rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; } .met { color: var(--good); font-weight: 600; } .below { color: var(--bad); font-weight: 600; }
.soft { color: var(--soft); } .wide { overflow-x: auto; } svg { max-width: 100%; height: auto; }
svg text { font: 13px system-ui, sans-serif; fill: var(--ink); } svg .soft { fill: var(--soft); }
`;
