import { isCalledOff } from '../api/api-error.js';
import { fill, type Child } from './dom.js';
import { failure, loading } from './notice.js';

export interface RemoteOptions<T> {
  /** What is loaded, as in `Loading the product…`. */
  what: string;
  load: (signal: AbortSignal) => Promise<T>;
  show: (value: T) => Child | readonly Child[];
  signal: AbortSignal;
}

const listOf = (shown: Child | readonly Child[]): readonly Child[] =>
  Array.isArray(shown) ? (shown as readonly Child[]) : [shown as Child];

/**
 * Fills a box with what the service says: first that it loads, then what came, or what went wrong with a button to try again.
 * @returns loads it anew, without a word as long as it goes well
 */
export const remote = <T>(box: HTMLElement, { what, load, show, signal }: RemoteOptions<T>): (() => Promise<void>) => {
  let newest = 0;
  const run = async (quiet: boolean): Promise<void> => {
    newest += 1;
    const mine = newest;
    box.setAttribute('aria-busy', 'true');
    if (!quiet) fill(box, loading(what));
    try {
      const value = await load(signal);
      if (mine === newest && !signal.aborted) fill(box, ...listOf(show(value)));
    } catch (error) {
      if (mine === newest && !signal.aborted && !isCalledOff(error))
        fill(
          box,
          failure(error, () => void run(false)),
        );
    } finally {
      if (mine === newest) box.removeAttribute('aria-busy');
    }
  };
  void run(false);
  return () => run(true);
};
