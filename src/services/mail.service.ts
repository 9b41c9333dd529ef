import type { SentMails } from '../models/sent-mail.model.js';
import type { UserStore } from '../models/user.model.js';
import { PermanentFault } from './messaging/event-bus.js';

export interface Mail {
  to: { name: string; address: string };
  subject: string;
  text: string;
  /** The same at every try, so that who gets it twice can tell: RFC 5322, section 3.6.4. */
  messageId: string;
}

export interface MailDependencies {
  users: Pick<UserStore, 'byId'>;
  sent: SentMails;
  /** Rejects when no server has taken it. */
  send: (mail: Mail) => Promise<void>;
  now?: () => Date;
}

/** Whether a server has refused this mail for good, rather than being away, full or busy (RFC 5321, section 4.2.1). */
const isRefusedForGood = (error: unknown): boolean => {
  if (typeof error !== 'object' || error === null) return false;
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  const isOfTheMail = code === 'EENVELOPE' || code === 'EMESSAGE';
  return isOfTheMail && typeof responseCode === 'number' && responseCode >= 500;
};

const welcomeMail = (id: string, name: string, email: string): Mail => ({
  to: { name, address: email },
  subject: 'Welcome to Stockroom',
  text: `Hello ${name},\n\nyour account for ${email} is ready: sign in and buy what you like while it lasts.\n\nStockroom\n`,
  messageId: `<${id}@stockroom>`,
});

/** The mails that the service sends. One is sent twice only when the process dies between the server's yes and the note of it. */
export const createMailService = ({ users, sent, send, now = () => new Date() }: MailDependencies) => ({
  /**
   * Greets somebody who has just registered; does nothing when that was done, or when the account is gone.
   * @throws PermanentFault when the mail is refused for good, else what `send` throws
   */
  welcome: async (id: string, userId: string): Promise<void> => {
    if (await sent.has(id)) return;
    const user = await users.byId(userId);
    if (user === null) return;
    try {
      await send(welcomeMail(id, user.name, user.email));
    } catch (error) {
      if (!isRefusedForGood(error)) throw error;
      throw new PermanentFault(error instanceof Error ? error.message : String(error), { cause: error });
    }
    await sent.add(id, now());
  },
});

export type MailService = ReturnType<typeof createMailService>;
