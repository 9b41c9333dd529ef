import http, { type RefinedResponse } from 'k6/http';
import { Rate, Trend } from 'k6/metrics';
import { actions } from '../../scenarios/actions.ts';
import type { Answer, Step } from '../../scenarios/journeys.ts';
import { settings } from './settings.ts';

/** Metrics must be made when the script is loaded; k6 allows it nowhere else. */
const timeToAnswer = new Trend('time_to_answer', true);
const unexpected = new Rate('unexpected');

const codeIn = (body: string): string => /"code":"([A-Z_]+)"/.exec(body)?.[1] ?? '';
const idIn = (body: string): string | null => /"id":"([0-9a-f-]{36})"/.exec(body)?.[1] ?? null;

/** k6 has no body for a request that got no answer. */
const textOf = ({ body }: { body: string | null }): string => body ?? '';

const send = ({ action, method, path, token, body, key }: Step): RefinedResponse<'text'> =>
  http.request(method, `${settings.origin}/api/v1${path}`, body === undefined ? null : JSON.stringify(body), {
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(key === undefined ? {} : { 'Idempotency-Key': key }),
    },
    // Paths have ids in them: without a name, k6 would keep a series for each.
    tags: { name: action },
    responseType: 'text',
    timeout: '30s',
    responseCallback: http.expectedStatuses(...actions[action].expected),
  });

/** What the audit needs to know stands in k6's log, a line each: metrics with ids in them would be a series for each. */
const promise = ({ action }: Step, { status, id }: Answer): void => {
  if (status !== 201 || id === null) return;
  if (action === 'purchase' || action === 'confirm') console.log(`promised purchase ${id}`);
  if (action === 'place order') console.log(`promised order ${id}`);
};

/** Sends a step as part of the load, measures and counts it. */
export const call = (step: Step): Answer => {
  const response = send(step);
  const { status } = response;
  const text = textOf(response);
  const expected = (actions[step.action].expected as readonly number[]).includes(status);
  const code = status < 400 ? '' : codeIn(text);
  timeToAnswer.add(response.timings.duration, { action: step.action, status: String(status), code });
  unexpected.add(!expected);
  // A 503 that hands out a key says that nobody knows yet what became of the request.
  const isOpen = status === 0 || (status === 503 && response.headers['Idempotency-Key'] !== undefined);
  if (isOpen && step.method !== 'GET') console.log('promised nothing');
  const good = status > 0 && status < 400;
  const answer: Answer = { status, id: good ? idIn(text) : null, body: good ? text : '' };
  promise(step, answer);
  return answer;
};

/** Calls the API beside the load, to prepare and to look; gives what the answer says as `data`. @throws Error when it is refused */
export const ask = (method: Step['method'], path: string, token?: string, body?: object): unknown => {
  const response = http.request(
    method,
    `${settings.origin}/api/v1${path}`,
    body === undefined ? null : JSON.stringify(body),
    {
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
      tags: { name: 'beside the load' },
      responseType: 'text',
      timeout: '60s',
    },
  );
  const text = textOf(response);
  if (response.status < 200 || response.status > 299)
    throw new Error(`${method} ${path} answered ${String(response.status)}: ${text.slice(0, 300)}`);
  return (JSON.parse(text) as { data: unknown }).data;
};
