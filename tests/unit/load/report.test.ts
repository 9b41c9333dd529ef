import { toHtml } from '../../../load/report/html.js';
import { toJson } from '../../../load/report/json.js';
import { replaceTable, toMarkdown } from '../../../load/report/markdown.js';
import { toTerminal } from '../../../load/report/terminal.js';
import type { Results } from '../../../load/report/results.js';
import { judgeLine } from '../../../load/bench/judge-line.js';
import type { Line } from '../../../load/bench/line.js';
import type { Run } from '../../../load/bench/run.js';
import { scenarios } from '../../../load/bench/scenarios.js';

const line: Line = {
  id: '1',
  work: 'a <work> | that is pressed',
  against: 'tutorial',
  targets: [{ label: 'rate', quantity: 'rate', of: 'hot/ours', by: 'hot/tutorial', atLeast: 7 }],
};

const run = (rate: number, faults: string[] = []): Run => ({
  ...{ rate, p50Ms: 1, p99Ms: 2, maxMs: 3, serverCpuUs: 40, mongodCpuUs: 50, mongoCommands: 0.1, mongoWrites: 2 },
  ...{ statuses: { '201': 5 }, faults },
});

const resultsOf = (ours: Run): Results => {
  const runs = new Map([
    ['hot/ours', [ours]],
    ['hot/tutorial', [run(1000)]],
  ]);
  return {
    startedAt: new Date('2026-01-02T03:04:05Z'),
    endedAt: new Date('2026-01-02T03:14:05Z'),
    machine: {
      ...{
        cores: 2,
        cpu: 'A <CPU>',
        memoryGiB: 8,
        system: 'linux 6',
        node: 'v20.20.0',
        mongod: '6.0.5',
        redis: '7.0.15',
        rabbitmq: '3.10.8',
        loadAtStart: 0,
      },
    },
    settings: { rounds: 1, seconds: 4, minutes: 10, write: true },
    scenarios: scenarios.filter(({ id }) => runs.has(id)),
    runs,
    results: [judgeLine(line, runs, new Map())],
  };
};

const met = resultsOf(run(8000));
const below = resultsOf(run(3000));
const faulty = resultsOf(run(9000, ['p: 2 units sold, 1 answered']));

describe('toMarkdown', () => {
  it('when a line meets its target, then its row says so with ratio and target', () => {
    expect(toMarkdown(met)).toContain('| rate | **8×** (8–8) | ≥ 7 | 40 / 40 µs | met |');
  });
  it('when a line is below its target, then it is there and says below', () => {
    expect(toMarkdown(below)).toContain('| rate | **3×** (3–3) | ≥ 7 | 40 / 40 µs | below |');
  });
  it('when a line failed its audit, then its row holds no figure', () => {
    expect(toMarkdown(faulty)).toContain('| no figure |  |  | no figure |');
    expect(toMarkdown(faulty)).not.toContain('9×');
  });
  it('when a line was not measured for as long as it says, then that stands beside it', () => {
    const short = { ...met, results: met.results.map((result) => ({ ...result, note: 'short: 2 of 10 minutes' })) };
    expect(toMarkdown(short)).toContain('| met (short: 2 of 10 minutes) |');
    expect(toTerminal(short)).toContain('met (short: 2 of 10 minutes)');
    expect(toHtml(short)).toContain('met (short: 2 of 10 minutes)');
    expect(toJson(short)).toContain('"note": "short: 2 of 10 minutes"');
  });
  it('when the machine is described, then processors, memory, kernel and every server are named', () => {
    expect(toMarkdown(met)).toMatch(
      /2 cores \(A <CPU>\) with 8 GiB, linux 6, Node v20.20.0, MongoDB 6.0.5, Redis 7.0.15, RabbitMQ 3.10.8/,
    );
  });
  it('when a text holds a bar, then it does not break the table', () => {
    expect(toMarkdown(met)).toContain('a <work> \\| that is pressed');
  });
});

describe('replaceTable', () => {
  const text = 'before\n<!-- bench:start -->\nold\n<!-- bench:end -->\nafter\n';

  it('when the markers are there, then only what is between them changes, and again the second time', () => {
    const once = replaceTable(text, 'new') ?? '';
    expect(once).toBe('before\n<!-- bench:start -->\n\nnew\n\n<!-- bench:end -->\nafter\n');
    expect(replaceTable(once, 'new')).toBe(once);
  });
  it('when there are no markers, or only one, then it is left alone', () => {
    expect(replaceTable('before', 'new')).toBeNull();
    expect(replaceTable('<!-- bench:start -->', 'new')).toBeNull();
  });
});

describe('toHtml', () => {
  it('when it is opened offline, then it needs nothing from elsewhere', () => {
    const page = toHtml(met);
    expect(page).not.toMatch(/https?:|<script|<link|url\(|@import/);
    expect(page.match(/<svg/g)).toHaveLength(3);
  });
  it('when texts hold markup, then they are shown and not run', () => {
    expect(toHtml(met)).toContain('a &lt;work&gt;');
    expect(toHtml(met)).not.toContain('A <CPU>');
  });
  it('when a line is below or without figure, then the page says which', () => {
    expect(toHtml(below)).toContain('<td class="below">below</td>');
    expect(toHtml(faulty)).toContain('<td class="none">no figure</td>');
    expect(toHtml(faulty)).toContain('2 units sold, 1 answered');
    expect(toHtml(met)).toContain('1 of 1 lines meet');
  });
});

describe('toJson', () => {
  it('when it is read back, then it holds states, verdicts and every round', () => {
    const read = JSON.parse(toJson(below)) as { lines: unknown[]; scenarios: { rounds: unknown[] }[] };
    expect(read.lines[0]).toMatchObject({ id: '1', state: 'below', verdicts: [{ value: 3, met: false }] });
    expect(read.scenarios.map(({ rounds }) => rounds.length)).toEqual([1, 1]);
  });
});

describe('toTerminal', () => {
  it('when a line is below, then it stands out', () => {
    expect(toTerminal(below)).toMatch(/target ≥ 7\s+BELOW/);
    expect(toTerminal(met)).toMatch(/target ≥ 7\s+met/);
  });
});
