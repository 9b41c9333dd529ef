import { callTree, type CpuProfile } from '../../../load/profile/call-tree.js';
import { flameGraph } from '../../../load/profile/flame.js';
import { hotFunctions, ownerOf, timeByOwner } from '../../../load/profile/hot-functions.js';
import { replaceSection } from '../../../load/profile/proof.js';
import { createPlaces } from '../../../load/profile/places.js';

const frame = (functionName: string, url = 'file:///app/dist/a.js') => ({
  functionName,
  url,
  lineNumber: 0,
  columnNumber: 0,
});

/** main -> work (-> work) and main -> other -> work, with an idle third of the time. */
const profile: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(root)', ''), children: [2, 6] },
    { id: 2, callFrame: frame('main'), children: [3, 5] },
    { id: 3, callFrame: frame('work'), children: [4] },
    { id: 4, callFrame: frame('work') },
    { id: 5, callFrame: frame('<other>'), children: [7] },
    { id: 6, callFrame: frame('(idle)', '') },
    { id: 7, callFrame: frame('work') },
  ],
  samples: [2, 3, 4, 5, 6, 7, 2],
  // The first is the time before the first sample; one is out of order.
  timeDeltas: [999, 100, 200, 300, 400, 600, 50, -20],
};
const tree = () => callTree(profile, ({ url }) => (url === '' ? '' : 'src/services/a.ts:1'));

describe('callTree', () => {
  it('when a sample is taken, then its time lasts until the next one, and idle time is left out', () => {
    const root = tree();
    expect(root.children.map(({ name, selfUs, totalUs }) => ({ name, selfUs, totalUs }))).toEqual([
      { name: 'main', selfUs: 100, totalUs: 1050 },
    ]);
  });
  it('when there is nothing in a profile, then it says so', () => {
    expect(() => callTree({ nodes: [] }, () => '')).toThrow('empty');
  });
});

describe('hotFunctions', () => {
  it('when a function is called from several places and by itself, then its times are added and no time counts twice', () => {
    const [hottest] = hotFunctions(tree());
    expect(hottest).toMatchObject({ name: 'work', selfUs: 550, totalUs: 550 });
    expect(hottest?.callers.map(({ name, selfUs }) => [name, selfUs])).toEqual([
      ['work', 300],
      ['main', 200],
      ['<other>', 50],
    ]);
  });
});

describe('ownerOf', () => {
  it.each([
    ['src/services/stock-engine/lane.ts:3', 'src/services'],
    ['src/app.ts:3', 'src'],
    ['mongodb/lib/cmap/connection.js:9', 'mongodb'],
    ['@redis/client/dist/index.js:9', '@redis/client'],
    ['node:net:10', 'node'],
    ['', 'engine and system'],
  ])('when a function is at %s, then its time is that of %s', (place, owner) => {
    expect(ownerOf(place)).toBe(owner);
  });
  it('when times are added by owner, then nothing is lost', () => {
    const functions = hotFunctions(tree());
    expect(timeByOwner(functions)).toEqual([{ owner: 'src/services', selfUs: 1050 }]);
  });
});

describe('createPlaces', () => {
  const place = createPlaces('/app');
  it('when code is a package’s, then it is named from there and without a folder of the machine', () => {
    expect(place(frame('f', 'file:///app/node_modules/a/node_modules/b/lib/c.js'))).toBe('b/lib/c.js:1');
    expect(place(frame('f', 'node:events'))).toBe('node:events:1');
    expect(place(frame('(program)', ''))).toBe('');
  });
  it('when there is no source map, then it is the file itself', () => {
    expect(place(frame('f', 'file:///app/dist/x.js'))).toBe('dist/x.js:1');
  });
});

describe('flameGraph', () => {
  it('when it is drawn, then it needs nothing from elsewhere and shows names as text', () => {
    const svg = flameGraph(tree(), 'a <title>');
    expect(svg).toContain('&lt;other&gt;');
    expect(svg).not.toMatch(/<other>|<title>a|<script|href/);
    expect(svg.match(/<rect x=/g)).toHaveLength(5);
  });
  it('when something took next to no time, then it is not drawn', () => {
    const rare: CpuProfile = { ...profile, timeDeltas: [0, 1e9, 1, 1, 1, 1, 1] };
    const svg = flameGraph(
      callTree(rare, () => ''),
      'rare',
    );
    expect(svg.match(/<rect x=/g)).toHaveLength(1);
  });
});

describe('replaceSection', () => {
  const page =
    'a\n<!-- profile-1:start -->\nold\n<!-- profile-1:end -->\nb\n<!-- profile-4:start -->\n<!-- profile-4:end -->\n';

  it('when a line is profiled again, then its part alone is another', () => {
    const once = replaceSection(page, '1', 'new');
    expect(once).toBe(page.replace('\nold\n', '\n\nnew\n\n'));
    expect(replaceSection(once, '1', 'new')).toBe(once);
  });
  it('when there is no place for a line, then nothing is written', () => {
    expect(() => replaceSection(page, '7', 'new')).toThrow('line 7');
  });
});
