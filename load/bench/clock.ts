/** The machine's monotonic clock, ms: the same in every process, so that what two of them saw can be put in order. */
export const machineMs = (): number => {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
};
