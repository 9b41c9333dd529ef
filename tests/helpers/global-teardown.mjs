import { tsImport } from 'tsx/esm/api';

export default async () => {
  await globalThis.sharedMongod?.stop();
  const { programsKey, removePrograms } = await tsImport('./programs.ts', import.meta.url);
  removePrograms(process.env[programsKey]);
};
