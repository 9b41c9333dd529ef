import { z } from 'zod';
import { messages } from '../../utils/messages.js';
import { pageMeta } from '../common.js';
import type { ResponseHeader } from './headers.js';
import type { Answer } from './operation.js';

/** References to the document's headers, by name. */
export const headersOf = (names: readonly ResponseHeader[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

/** What a success is: `{ status_code, message, data, meta? }`. */
const enveloped = ({ status, data = z.null(), paged = false }: Answer): z.ZodType =>
  z.strictObject({
    status_code: z.literal(status),
    message: z.string(),
    data,
    ...(paged ? { meta: pageMeta } : {}),
  });

const exampleOf = ({ status, example, paged = false }: Answer): object => ({
  status_code: status,
  message: messages.ok,
  data: example,
  ...(paged ? { meta: { limit: 20, nextCursor: null } } : {}),
});

const contentOf = (answer: Answer) => {
  if (answer.content !== undefined) return answer.content;
  if (answer.data === undefined) return undefined;
  return { 'application/json': { schema: enveloped(answer), example: exampleOf(answer) } };
};

/** The responses of a call's successes. @param headers what each of them may carry beside its own */
export const answerResponses = (answers: readonly Answer[], headers: readonly ResponseHeader[]) =>
  Object.fromEntries(
    answers.map((answer) => {
      const content = contentOf(answer);
      return [
        answer.status,
        {
          description: answer.says,
          headers: headersOf([...(answer.headers ?? []), ...headers]),
          ...(content === undefined ? {} : { content }),
        },
      ];
    }),
  );
