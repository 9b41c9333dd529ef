/** So long nothing may be heard of questions under way before nobody asks any more. */
const silentMaxMs = 250;
/** So long nobody asks then; after that one question tries it again. */
const pauseMs = 1_000;
/** After so much silence the connection itself is given up. */
const lostMs = 2_000;

export interface LinkHealthDeps {
  /** Gives the connection up and makes a new one. */
  restart: () => void;
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
  metrics: { settled: (outcome: 'answered' | 'failed') => void };
}

/**
 * Whether Redis is worth asking, judged by its answers: no timer runs, and nobody waits for one that is frozen or away. A question that
 * fails, or silence, ends the asking for a second; any answer begins it again.
 */
export const createLinkHealth = ({ restart, now, metrics }: LinkHealthDeps) => {
  let underWay = 0;
  let heardMs = now();
  let pausedUntilMs = -Infinity;
  let isLooking = false;

  const isSilent = (): boolean => underWay > 0 && now() - heardMs > silentMaxMs;

  const look = (): void => {
    isLooking = false;
    if (!isSilent()) return;
    const silentMs = now() - heardMs;
    pausedUntilMs = now() + pauseMs;
    if (silentMs > lostMs) {
      heardMs = now();
      restart();
    }
  };

  const ended = (outcome: 'answered' | 'failed'): void => {
    underWay -= 1;
    heardMs = now();
    pausedUntilMs = outcome === 'answered' ? -Infinity : now() + pauseMs;
    metrics.settled(outcome);
  };

  return {
    mayAsk: (): boolean => {
      if (now() < pausedUntilMs) return false;
      // A loop that was blocked has to read first what has arrived meanwhile.
      if (!isLooking && isSilent()) {
        isLooking = true;
        setImmediate(look);
      }
      return true;
    },

    /** Follows a question. */
    watch: <T>(question: Promise<T>): Promise<T> => {
      if (underWay === 0) heardMs = now();
      underWay += 1;
      return question.then(
        (answer) => {
          ended('answered');
          return answer;
        },
        (error: unknown) => {
          ended('failed');
          throw error;
        },
      );
    },
  };
};

export type LinkHealth = ReturnType<typeof createLinkHealth>;
