import { mkdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeBrowser, pageTestMs } from '../../helpers/browser.js';
import { actionsOn, inWindow, startDashboard, untilSays, type DashboardWorld } from '../../helpers/dashboard.js';
import { watchDrop } from '../../helpers/drops.js';
import { describeMongo, freshDatabase } from '../../helpers/mongo.js';
import { untilLoaded } from '../../helpers/page-checks.js';

const bytesMax = 150_000;
const folder = resolve('docs', 'images');
const picture = (name: string): string => resolve(folder, `dashboard-${name}.png`);
/** As much as the plots of the overview need to have something to show. */
const sellingMs = 45_000;

/** `npm run screenshots`: the pictures of the README, of a service that sells. Not among the tests. */
describeBrowser('pictures of the dashboard', () => {
  describeMongo('on a service with demo products', () => {
    const database = freshDatabase();
    let world: DashboardWorld;
    beforeAll(async () => {
      mkdirSync(folder, { recursive: true });
      world = await startDashboard(database, { DEMO: '1' });
    }, pageTestMs);
    afterAll(() => world.close(), pageTestMs);

    const small = (name: string): void => expect(statSync(picture(name)).size).toBeLessThan(bytesMax);

    it(
      'when a drop is over, then it is a picture',
      () =>
        inWindow(
          world.browser,
          async ({ page }) => {
            const { enter, main } = actionsOn(page, world.shop.url);
            await enter(world.people.admin, '#/drop');
            await main.getByRole('textbox', { name: 'Name' }).fill('Nova live, the last hundred');
            await main.getByRole('button', { name: 'Run the drop' }).click();
            await untilSays(main, /buyers won/, 'the end of the drop');
            await page.screenshot({ path: picture('drop') });
            small('drop');
            await main.getByRole('link', { name: 'Open Nova live' }).click();
            await untilSays(main.getByRole('region', { name: 'Ledger' }), 'Sale', 'the ledger');
            await untilLoaded(page);
            await page.emulateMedia({ colorScheme: 'dark' });
            await page.evaluate('scrollTo(0, 0)');
            await page.screenshot({ path: picture('product-dark') });
            small('product-dark');
          },
          { viewport: { width: 1280, height: 860 } },
        ),
      pageTestMs,
    );

    it(
      'when the service sells, then the overview is a picture',
      () =>
        inWindow(
          world.browser,
          async ({ page }) => {
            const { shop, people } = world;
            const { enter } = actionsOn(page, shop.url);
            await enter(people.admin, '#/');
            const until = Date.now() + sellingMs;
            while (Date.now() < until) {
              const wish = { buyers: 200 + Math.round(Math.random() * 500), units: 400, seconds: 4 };
              await (
                await watchDrop(shop.url, people.user.accessToken, wish)
              ).ended;
              await sleep(Math.random() * 500);
            }
            await untilLoaded(page);
            await page.screenshot({ path: picture('overview') });
            small('overview');
          },
          { viewport: { width: 1280, height: 860 } },
        ),
      pageTestMs,
    );
  });
});
