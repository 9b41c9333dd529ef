/** Prints what a test has measured, past Jest's own frame around the console. */
export const report = (what: string, figures: object): void => {
  process.stderr.write(`    ${what}: ${JSON.stringify(figures)}\n`);
};
