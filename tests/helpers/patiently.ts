import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../src/utils/errors.js';
import { isMongoUnavailable } from '../../src/utils/mongo-faults.js';
import type { Answer } from './api-client.js';
import { expectInTime } from './in-time.js';

const patienceMs = 60_000;
const pauseMs = 100;

/** What an answer is judged by. */
export type Told = Pick<Answer, 'status' | 'error'>;

/** 503, or the answer to a repeat that has overtaken what it repeats. */
const isToComeAgain = ({ status, error }: Told): boolean =>
  status === 503 || (status === 409 && error.code === 'IDEMPOTENCY_IN_PROGRESS');

/**
 * Repeats a call for as long as it is to come again, up to a minute, after which that is a miss of time: for what leads up to a claim or
 * looks at what came of it. It has to be a call that may be repeated: one that reads, one with a key, or one of which a second effect is
 * nobody's concern.
 */
export const patiently = async <A extends Told>(call: () => Promise<A>): Promise<A> => {
  const deadlineMs = performance.now() + patienceMs;
  for (;;) {
    const answer = await call();
    if (!isToComeAgain(answer)) return answer;
    if (performance.now() > deadlineMs) expectNobodyTurnedAway([{ status: 503 }]);
    await sleep(pauseMs);
  }
};

/**
 * Who is turned away by 503 has met a service that got no time on this machine. Where a test claims that all are served, that is a miss of
 * time: call it as soon as the answers are there, as nothing else can be said of them then.
 */
export const expectNobodyTurnedAway = (answers: readonly Pick<Answer, 'status'>[]): void => {
  const turnedAway = answers.filter(({ status }) => status === 503).length;
  expectInTime(turnedAway, 'turned away by 503', 'answers').toBeLessThan(1);
};

/** The same for calls of the service's inside, whose errors would be answered 503. */
export const notTurnedAway = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    const isTurnedAway = (error instanceof AppError && error.code === 'UNAVAILABLE') || isMongoUnavailable(error);
    if (isTurnedAway) expectNobodyTurnedAway([{ status: 503 }]);
    throw error;
  }
};
