/** Writes the dashboards as Grafana reads them. */
import { writeFile } from 'node:fs/promises';
import { dashboardFiles } from './dashboards/files.js';

for (const [file, text] of dashboardFiles()) await writeFile(file, text);
