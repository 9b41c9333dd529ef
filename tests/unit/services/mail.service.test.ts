import { createMailService, type Mail } from '../../../src/services/mail.service.js';
import { PermanentFault } from '../../../src/services/messaging/event-bus.js';
import type { UserRecord } from '../../../src/models/user.model.js';

const ada = { _id: 'ada', name: 'Ada', email: 'ada@shop.test' } as UserRecord;

const setUp = (fault?: object) => {
  const mails: Mail[] = [];
  const noted = new Set<string>();
  const service = createMailService({
    users: { byId: (id) => Promise.resolve(id === ada._id ? ada : null) },
    sent: { has: (id) => Promise.resolve(noted.has(id)), add: (id) => Promise.resolve(void noted.add(id)) },
    send: (mail) => {
      if (fault) return Promise.reject(Object.assign(new Error('no'), fault));
      mails.push(mail);
      return Promise.resolve();
    },
  });
  return { service, mails, noted };
};

describe('welcome', () => {
  it('when the job is done twice, then the mail is sent once', async () => {
    const { service, mails } = setUp();
    await service.welcome('job', ada._id);
    await service.welcome('job', ada._id);
    expect(mails).toMatchObject([{ to: { name: 'Ada', address: 'ada@shop.test' }, messageId: '<job@stockroom>' }]);
  });

  it('when the account is gone, then nothing is sent', async () => {
    const { service, mails } = setUp();
    await service.welcome('job', 'nobody');
    expect(mails).toEqual([]);
  });

  it('when the recipient is refused for good, then no other try is made', async () => {
    const { service, noted } = setUp({ code: 'EENVELOPE', responseCode: 550 });
    await expect(service.welcome('job', ada._id)).rejects.toBeInstanceOf(PermanentFault);
    expect(noted.size).toBe(0);
  });

  it.each([{ code: 'EENVELOPE', responseCode: 450 }, { code: 'ECONNECTION' }, { code: 'EAUTH', responseCode: 535 }])(
    'when the server fails with %j, then the job may be tried again',
    async (fault) => {
      await expect(setUp(fault).service.welcome('job', ada._id)).rejects.not.toBeInstanceOf(PermanentFault);
    },
  );
});
