import { createMailer } from '../../../src/config/mailer.js';

describe('createMailer', () => {
  it('when there is no mail server, then the whole mail goes to the log', async () => {
    const logged: unknown[] = [];
    const logger = { info: (fields: unknown) => void logged.push(fields) };
    const mail = {
      to: { name: 'Ada', address: 'ada@shop.test' },
      subject: 'Welcome',
      text: 'Hello Ada',
      messageId: '<1@stockroom>',
    };
    await createMailer({ url: undefined, from: 'Shop <shop@shop.test>', logger: logger as never }).send(mail);
    expect(logged).toEqual([{ mail: { from: 'Shop <shop@shop.test>', ...mail } }]);
  });
});
