/** Text that was sent, and the place in the feed that stands behind it. */
export interface SentEvent {
  token: string;
  text: string;
}

/** The latest events, for who comes back after a short while. */
export const createEventRing = (eventsMax: number) => {
  let events: SentEvent[] = [];
  /** Everything behind this place is here; null before there is anything. */
  let since: string | null = null;
  return {
    /** To be called at a place before events are added that came behind it. */
    begin: (token: string | null): void => {
      since ??= token;
    },
    /** To be called when something was not added. */
    clear: (): void => {
      since = null;
      events = [];
    },
    add: (added: readonly SentEvent[]): void => {
      events.push(...added);
      if (events.length < 2 * eventsMax) return;
      const dropped = events.length - eventsMax;
      since = events[dropped - 1]?.token ?? since;
      events = events.slice(dropped);
    },
    /** What came behind the place, oldest first; null when it is not all here. */
    behind: (token: string): readonly SentEvent[] | null =>
      since === null || token < since ? null : events.filter((event) => event.token > token),
  };
};

export type EventRing = ReturnType<typeof createEventRing>;
