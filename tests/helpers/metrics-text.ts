export interface Sample {
  name: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

const unescaped = (text: string): string =>
  text.replaceAll(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));

const labelsOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', value = '']) => [name, unescaped(value)]),
  );

/** What `/metrics` says: its samples, and the types that it declares by name. */
export const readMetrics = (text: string): { samples: Sample[]; types: Map<string, string> } => {
  const samples: Sample[] = [];
  const types = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, declared = '', type = ''] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (declared !== '') types.set(declared, type);
    if (line === '' || line.startsWith('#')) continue;
    const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`a line that is no sample: ${line}`);
    samples.push({ name, labels: labelsOf(labels), value: Number(value) });
  }
  return { samples, types };
};

/** Of one process. */
export const metricsOf = async (url: string): Promise<ReturnType<typeof readMetrics>> =>
  readMetrics(await (await fetch(`${url}/metrics`)).text());
