import type { mongo } from 'mongoose';
import type { Shelf } from './shelf.js';

export interface RunDeps {
  client: mongo.MongoClient;
  mongodPid: number;
  compiled: (source: string) => string;
  shelf: Shelf;
  /** Servers are told by SIGUSR2 when the window that counts begins and ends. */
  marksWindows?: boolean;
}

export interface RunTimes {
  warmMs: number;
  warmAnswersMin: number;
  warmMsMax: number;
  measureMs: number;
}

/** What a generator gets beside its own times: the last connections' answers, its start. */
export const marginMs = 100_000;
