/** Writes the JSON schemas of all events into docs/events.md. */
import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { eventSchemas } from '../src/schemas/events.js';

const file = new URL('../docs/events.md', import.meta.url);
const marked = /(<!-- schemas:begin -->)[^]*(<!-- schemas:end -->)/;

const sections = Object.entries(eventSchemas).map(
  ([type, schema]) => `### \`${type}\`\n\n\`\`\`json\n${JSON.stringify(z.toJSONSchema(schema), null, 2)}\n\`\`\`\n`,
);
const text = await readFile(file, 'utf8');
await writeFile(
  file,
  text.replace(marked, (_, begin: string, end: string) => `${begin}\n\n${sections.join('\n')}\n${end}`),
);
