import type { DropWish } from '../api/types.js';
import { readEvents } from '../api/events.js';
import type { Client } from '../api/client.js';
import { afterEvent, emptyDrop, type DropRun } from '../lib/drop-run.js';

export interface DropOptions {
  wish: DropWish;
  /** Its end stops the drop: the service sees that nobody watches any more. */
  signal: AbortSignal;
  changed: (run: DropRun) => void;
}

/** A drop ends within a minute, and tells of itself all the while. */
const silenceMsMax = 30_000;

/**
 * Runs a drop and tells how it goes, at most once a frame.
 * @returns how it stood when the service ended it
 * @throws ApiError DROP_RUNNING, FORBIDDEN and so on; NO_ANSWER when the stream breaks
 */
export const runDrop = async (client: Client, { wish, signal, changed }: DropOptions): Promise<DropRun> => {
  const response = await client.open({ method: 'POST', path: '/drops', body: wish, signal });
  let run = emptyDrop;
  let frame = 0;
  const draw = (): void => {
    frame = 0;
    changed(run);
  };
  try {
    await readEvents(response, {
      ...{ signal, silenceMsMax },
      onEvent: ({ name, data }) => {
        run = afterEvent(run, name, JSON.parse(data));
        if (frame === 0) frame = requestAnimationFrame(draw);
      },
    });
  } finally {
    cancelAnimationFrame(frame);
    changed(run);
  }
  return run;
};
