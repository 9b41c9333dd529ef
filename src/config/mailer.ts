import { createTransport } from 'nodemailer';
import type { Logger } from './logger.js';

export interface MailerOptions {
  /** None writes mails to the log. */
  url: string | undefined;
  from: string;
  logger: Pick<Logger, 'info'>;
}

export interface OutgoingMail {
  to: { name: string; address: string };
  subject: string;
  text: string;
  messageId: string;
}

export interface Mailer {
  send: (mail: OutgoingMail) => Promise<void>;
  close: () => void;
}

/** The waits for a mail server, in milliseconds: to be connected, to be greeted, for anything after. */
const waits = { connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 15_000 } as const;

/** Sends by SMTP, a connection a mail; without a server, the log has every mail as JSON. */
export const createMailer = ({ url, from, logger }: MailerOptions): Mailer => {
  if (url === undefined) {
    const send = (mail: OutgoingMail): Promise<void> => {
      logger.info({ mail: { from, ...mail } }, 'SMTP_URL is not set: this is the mail');
      return Promise.resolve();
    };
    return { send, close: () => undefined };
  }
  const transport = createTransport({ url, ...waits });
  return {
    send: async (mail) => {
      await transport.sendMail({ from, ...mail });
    },
    close: () => transport.close(),
  };
};
