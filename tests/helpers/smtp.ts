import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface TestSmtp {
  url: string;
  /** What has arrived, as it was sent. */
  mails: string[];
  /** From now on every recipient is refused for good, or no longer. */
  refuse: (refusing: boolean) => void;
  stop: () => Promise<void>;
}

/** A mail server for one test alone. */
export const startSmtp = async (): Promise<TestSmtp> => {
  const mails: string[] = [];
  let refusing = false;
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    onRcptTo: (_address, _session, done) => {
      done(refusing ? Object.assign(new Error('no such mailbox'), { responseCode: 550 }) : null);
    },
    onData: (stream, _session, done) => {
      let text = '';
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => (text += chunk));
      stream.on('end', () => {
        mails.push(text);
        done();
      });
    },
  });
  smtp.on('error', () => undefined);
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  const { port } = smtp.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    refuse: (now) => (refusing = now),
    stop: () => new Promise((resolve) => smtp.close(resolve)),
  };
};

/** Where nobody listens, nor can come to listen while a test runs. */
export const deadSmtpUrl = 'smtp://127.0.0.1:1';
