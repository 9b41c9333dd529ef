import type { Response } from 'express';
import { replyRaw, type ReplyHeaders } from './reply.js';

/** What a command that moved stock has come to. */
export interface SettledReply {
  status: number;
  body: string;
  location: string | null;
  replayed: boolean;
}

/** Answers with the stored text of a command, so that a repeat gets the first answer byte for byte, and says that it is one. */
export const replySettled = (res: Response, settled: SettledReply): void => {
  const headers: Record<string, string> = {};
  if (settled.location !== null) headers['Location'] = settled.location;
  if (settled.replayed) headers['Idempotent-Replayed'] = 'true';
  replyRaw(res, settled.status, settled.body, headers satisfies ReplyHeaders);
};
