/** What random tests start from: new every time, and named in their titles, so that `TEST_SEED` brings a failure back. */
export const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 2 ** 31);
