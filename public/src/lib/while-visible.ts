export interface WhileVisibleOptions {
  /** Begins what is to last while somebody looks; its signal says when nobody does any more. */
  begin: (signal: AbortSignal) => void;
  rested: () => void;
  /** Who only glances at another tab interrupts nothing. */
  hiddenMsMax: number;
  signal: AbortSignal;
}

/** Keeps something up while the page is seen, and lets it rest when it has been hidden for a while. */
export const whileVisible = ({ begin, rested, hiddenMsMax, signal }: WhileVisibleOptions): void => {
  let current: AbortController | null = null;
  let resting: ReturnType<typeof setTimeout> | undefined;
  const rest = (): void => {
    clearTimeout(resting);
    current?.abort();
    current = null;
    rested();
  };
  const look = (): void => {
    clearTimeout(resting);
    if (document.visibilityState === 'hidden') {
      resting = setTimeout(rest, hiddenMsMax);
    } else if (current === null) {
      current = new AbortController();
      begin(current.signal);
    }
  };
  document.addEventListener('visibilitychange', look, { signal });
  signal.addEventListener('abort', rest, { once: true });
  look();
};
