import type { AddressInfo } from 'node:net';
import { artefact, describeBrowser, pageTestMs } from '../../helpers/browser.js';
import { actionsOn, inWindow, startDashboard, untilSays, type DashboardWorld } from '../../helpers/dashboard.js';
import { describeMongo, freshDatabase } from '../../helpers/mongo.js';
import { startTcpProxy, type TcpProxy } from '../../helpers/tcp-proxy.js';

describeBrowser('the dashboard, live', () => {
  describeMongo('on a service behind a line that can be cut', () => {
    const database = freshDatabase();
    let world: DashboardWorld;
    let line: TcpProxy;
    let url: string;
    beforeAll(async () => {
      world = await startDashboard(database);
      line = await startTcpProxy((world.shop.server.address() as AddressInfo).port);
      url = `http://127.0.0.1:${line.port}`;
    }, pageTestMs);
    afterAll(async () => {
      await line.stop();
      await world.close();
    }, pageTestMs);

    it(
      'when a drop is run, then as many win as there are units, and the audit agrees',
      () =>
        inWindow(world.browser, async ({ page }) => {
          const { enter, main } = actionsOn(page, url);
          await enter(world.people.user, '#/drop');
          await main.getByRole('textbox', { name: 'Buyers' }).fill('90');
          await main.getByRole('textbox', { name: 'Units' }).fill('30');
          await main.getByRole('textbox', { name: 'Seconds' }).fill('0.5');
          await main.getByRole('textbox', { name: 'Name' }).fill('Night shirt');
          await main.getByRole('button', { name: 'Run the drop' }).click();
          await untilSays(main, /30 buyers won, 60 buyers refused/, 'the end of the drop');
          await main.getByRole('img', { name: /30 won, 60 refused, 0 failed/ }).waitFor();
          await untilSays(main.getByRole('region', { name: 'Audit' }), 'The ledger agrees', 'the audit');
          expect(await main.locator('.buyers [data-kind=won]').count()).toBe(30);
          await page.screenshot({ path: artefact('drop.png'), fullPage: true });
          await main.getByRole('link', { name: 'Open Night shirt' }).click();
          await untilSays(page.locator('h1'), 'Night shirt', 'the product of the drop');
        }),
      pageTestMs,
    );

    it(
      'when the connection is lost, then the page says so and keeps what it shows; when it is back, then it catches up by itself',
      () =>
        inWindow(world.browser, async ({ page }) => {
          const { shop } = world;
          const { id } = await shop.stocked(10, { name: 'Kettle' });
          const { enter, left } = actionsOn(page, url);
          const connection = page.locator('.connection');
          await enter(world.people.manager, `#/products/${id}`);
          await untilSays(connection, 'Live', 'that it is connected');
          await untilSays(left, '10', 'the stock at first');

          line.refuse();
          await untilSays(connection, /Disconnected/, 'that it is not');
          await page.getByText('The connection to the service is lost').first().waitFor();
          await page.screenshot({ path: artefact('disconnected.png') });
          // The service goes on, by another way.
          const bought = await shop.client.buy(id, { token: shop.manager.token, body: { quantity: 4 } });
          expect(bought.status).toBe(201);
          await untilSays(left, '10', 'what it said last');

          line.heal();
          await untilSays(connection, 'Live', 'that it is connected again');
          await untilSays(left, /^6$/, 'what was sold meanwhile');
        }),
      pageTestMs,
    );
  });
});
