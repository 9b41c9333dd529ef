/** Writes openapi.json: the document of the whole service, as `GET /openapi.json` serves it with SERVICE=all. */
import { writeFile } from 'node:fs/promises';
import packageJson from '../package.json' with { type: 'json' };
import { createDocument } from '../src/schemas/openapi/document.js';

const document = createDocument({ version: packageJson.version, serves: () => true });
await writeFile(new URL('../openapi.json', import.meta.url), `${JSON.stringify(document, null, 2)}\n`);
