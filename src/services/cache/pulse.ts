/** How old the newest answered beat may be for copies to be believed. */
const freshMs = 50;
/** So many looks in a row that find a beat late are too many, and so many beats in a row that are answered in time are enough. */
const lateMax = 3;
const goodMin = 3;
/**
 * A beat is late when the second look after it still finds it unanswered: 40 ms, or two turns of a loop that is busier than that.
 * The first turn ends with the write, the second begins with the reply.
 */
const lateLooks = 2;

export interface Beat {
  sentMs: number;
  look: number;
}

/**
 * Judges by the answers to regular beats whether the other side keeps up, and how much of its news has arrived. Looks come once a
 * beat, after the loop has taken in what was there to read.
 */
export const createPulse = () => {
  let looks = 0;
  /** Beats without an answer, in order. */
  let waiting: Beat[] = [];
  let answeredMs = -Infinity;
  let heardMs = performance.now();
  let late = 0;
  let good = 0;

  return {
    /** A beat is on its way. */
    sent: (): Beat => {
      const beat = { sentMs: performance.now(), look: looks };
      waiting.push(beat);
      return beat;
    },
    answered: (beat: Beat): void => {
      heardMs = performance.now();
      answeredMs = Math.max(answeredMs, beat.sentMs);
      if (looks - beat.look < lateLooks) good += 1;
      // Replies come in order: what was sent before and has none belongs to another connection.
      const index = waiting.indexOf(beat);
      if (index >= 0) waiting.splice(0, index + 1);
    },
    /** A connection has begun, and its first question, sent at that time, is answered. */
    begun: (sentMs: number): void => {
      answeredMs = sentMs;
      waiting = [];
    },
    /** Something was heard, or is not expected yet. */
    heard: (): void => {
      heardMs = performance.now();
    },
    nextLook: (): void => {
      looks += 1;
    },
    look: (): void => {
      const [oldest] = waiting;
      if (oldest !== undefined && looks - oldest.look >= lateLooks) {
        late += 1;
        good = 0;
      } else {
        late = 0;
      }
    },
    /** Judges anew from here on. */
    restart: (): void => {
      late = 0;
      good = 0;
    },
    isWaiting: (): boolean => waiting.length > 0,
    isTooLate: (): boolean => late >= lateMax,
    isGood: (): boolean => good >= goodMin,
    /** Whether the newest answered beat was sent so recently that copies can be believed. */
    isFresh: (): boolean => performance.now() - answeredMs < freshMs,
    silentMs: (): number => performance.now() - heardMs,
  };
};

export type Pulse = ReturnType<typeof createPulse>;
