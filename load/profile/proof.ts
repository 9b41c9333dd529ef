import { short, whole } from '../report/format.js';
import { hotOf } from './report.js';
import type { ProfileSummary } from './summary.js';

const ownersShown = 12;

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const us = (value: number): string => `${short(value)} µs`;
const row = (cells: readonly string[]): string =>
  `| ${cells.map((text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')).join(' | ')} |`;

/** What a profile has found, as a section of `docs/proof/profiles.md`. */
export const proofSection = (summary: ProfileSummary): string => {
  const { line, label, at, machine, rate, seconds, serverCpuUs, busyShare, owners } = summary;
  return [
    `## Line ${line}: ${label}`,
    '',
    `${at.slice(0, 10)}, ${machine.cores} cores (${machine.cpu}), Node ${machine.node}, load average before it ${machine.loadAtStart}: ` +
      `${whole(rate)}/s for ${seconds} s while profiled, server CPU ${serverCpuUs === null ? '–' : us(serverCpuUs)} an answer, main thread busy ${percent(busyShare)}.`,
    '',
    `![Flame graph of line ${line}](profile-${line}.svg)`,
    '',
    row(['own', 'an answer', 'with callees', 'function', 'where', 'called by']),
    row(['---', '---', '---', '---', '---', '---']),
    ...hotOf(summary).map(({ self, total, name, place, callers }) =>
      row([
        ...[percent(self.share), us(self.perAnswerUs), percent(total.share), name, place],
        callers.map((caller) => `${caller.name} ${(caller.share * 100).toFixed(0)} %`).join(', '),
      ]),
    ),
    '',
    row(['own', 'an answer', 'owner']),
    row(['---', '---', '---']),
    ...owners
      .slice(0, ownersShown)
      .map(({ share, perAnswerUs, owner }) => row([percent(share), us(perAnswerUs), owner])),
  ].join('\n');
};

/** Puts a section between the two markers of its line. @throws Error when the text has none */
export const replaceSection = (text: string, line: string, section: string): string => {
  const [start, end] = [`<!-- profile-${line}:start -->`, `<!-- profile-${line}:end -->`];
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`There is no place for line ${line}: ${start} and ${end} are missing`);
  return `${text.slice(0, from + start.length)}\n\n${section}\n\n${text.slice(to)}`;
};
