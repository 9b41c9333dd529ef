/**
 * The sum of a metric's samples on a page in Prometheus' text format; undefined where there is none or one of them is NaN.
 * @param labels all have to stand in the sample, e.g. `status="waiting"`
 */
export const metricSum = (page: string, name: string, ...labels: readonly string[]): number | undefined => {
  let sum: number | undefined;
  for (const line of page.split('\n')) {
    if (!line.startsWith(name)) continue;
    const rest = line.slice(name.length);
    if (!rest.startsWith(' ') && !rest.startsWith('{')) continue;
    if (!labels.every((label) => rest.includes(label))) continue;
    sum = (sum ?? 0) + Number(rest.slice(rest.lastIndexOf('} ') + 1));
  }
  return Number.isNaN(sum) ? undefined : sum;
};
