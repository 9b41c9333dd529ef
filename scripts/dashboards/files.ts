import { overview } from './overview.js';
import { processes } from './processes.js';

const folder = new URL('../../deploy/grafana/provisioning/dashboards/', import.meta.url);

/** Each dashboard's file with its text. */
export const dashboardFiles = (): [URL, string][] =>
  Object.entries({ overview, processes }).map(([name, json]) => [
    new URL(`${name}.json`, folder),
    `${JSON.stringify(json, null, 2)}\n`,
  ]);
