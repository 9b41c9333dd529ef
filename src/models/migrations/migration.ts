import type { Connection } from 'mongoose';

/**
 * A change of the data that a version needs. It runs while processes of the version before and of this one serve, so it only adds what
 * both can live with; and it may be broken off or run twice at a time, so every run goes on from what it finds.
 */
export interface Migration {
  /** Never changes once it is published; they run in the order of their list. */
  id: string;
  up: (connection: Connection, progress: (line: string) => void) => Promise<void>;
}
