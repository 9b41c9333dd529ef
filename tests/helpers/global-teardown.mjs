export default async () => {
  await globalThis.sharedMongod?.stop();
};
