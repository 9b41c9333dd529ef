import { artefact, describeBrowser, pageTestMs } from '../../helpers/browser.js';
import { actionsOn, inWindow, startDashboard, untilSays, type DashboardWorld } from '../../helpers/dashboard.js';
import { expectInTime } from '../../helpers/in-time.js';
import { describeMongo, freshDatabase } from '../../helpers/mongo.js';
import { axeViolations, focused, overhang, tabTo, untilLoaded, type Focused } from '../../helpers/page-checks.js';

const phone = { width: 360, height: 740 };
const desk = { width: 1440, height: 900 };
const bytesMax = 150_000;
const paintMsMax = 1_000;
const loads = 3;

describeBrowser('the dashboard as a page', () => {
  describeMongo('on a service', () => {
    const database = freshDatabase();
    let world: DashboardWorld;
    let productId: string;
    beforeAll(async () => {
      world = await startDashboard(database);
      const { shop, people } = world;
      const { token } = shop.manager;
      const product = await shop.stocked(40, {
        name: 'A lamp with a name that is rather long for the narrow column of a telephone',
        description: 'Brass, three arms.',
        lowStockThreshold: 5,
        tags: ['light'],
      });
      productId = product.id;
      await shop.stocked(0, { name: 'Gone' });
      for (let n = 0; n < 5; n++) await shop.client.buy(productId, { token });
      await shop.client.change(productId, { token, body: { delta: -2, reason: 'broken' } });
      const { accessToken } = people.user;
      const order = { productId, quantity: 1 };
      expect((await shop.client.api('POST', '/orders', { token: accessToken, body: order })).status).toBe(201);
      expect((await shop.client.buy(productId, { token: accessToken })).status).toBe(201);
    }, pageTestMs);
    afterAll(() => world.close(), pageTestMs);

    const views = () => [
      '#/',
      '#/products',
      `#/products/${productId}`,
      '#/orders',
      '#/purchases',
      '#/reports',
      '#/jobs',
      '#/users',
      '#/drop',
    ];

    it.each(['light', 'dark'] as const)(
      'when its views are looked through in %s, then none keeps anybody out, none scrolls sideways, and nothing comes from elsewhere',
      (colorScheme) =>
        inWindow(
          world.browser,
          async ({ page, requests }) => {
            const { shop, people } = world;
            const { enter, visit } = actionsOn(page, shop.url);
            const found: string[] = [];
            const sizes = colorScheme === 'light' ? [phone, desk] : [desk, phone];
            const look = async (name: string): Promise<void> => {
              await untilLoaded(page);
              for (const size of sizes) {
                await page.setViewportSize(size);
                const over = await overhang(page);
                if (over !== '') found.push(`${name} at ${size.width} px: ${over}`);
              }
              found.push(...(await axeViolations(page)).map((line) => `${name}: ${line}`));
              const picture = `${colorScheme}-${name.replace(productId, 'one').replaceAll(/\W+/g, '') || 'overview'}`;
              await page.screenshot({ path: artefact(`${picture}.png`), fullPage: true });
            };
            await visit('#/products');
            await look('products, signed out');
            await visit('#/sign-in');
            await look('sign-in');
            await enter(people.admin, '#/');
            for (const view of views()) {
              await visit(view);
              await look(view);
            }
            await visit(`#/products/${productId}`);
            await page.getByRole('button', { name: 'Edit' }).click();
            await page.getByRole('dialog').waitFor();
            await look('edit');
            expect(found).toEqual([]);
            expect(requests.filter((url) => !url.startsWith(`${shop.url}/`) && !url.startsWith('data:'))).toEqual([]);
          },
          { colorScheme, viewport: desk },
        ),
      pageTestMs,
    );

    it(
      'when one has nothing but a keyboard, then one gets everywhere, sees where one is, and comes back out of a dialog',
      () =>
        inWindow(world.browser, async ({ page }) => {
          const { visit, signOutButton } = actionsOn(page, world.shop.url);
          const { press, type } = {
            press: (key: string) => page.keyboard.press(key),
            type: (text: string) => page.keyboard.type(text),
          };
          const stops: Focused[] = [];
          const go = async (what: string, wanted: (focus: Focused) => boolean): Promise<void> =>
            void stops.push(...(await tabTo(page, wanted, what)));
          await visit('#/sign-in');
          await page.evaluate('document.activeElement?.blur()');
          await go('the skip link', ({ name }) => name === 'Skip to the content');
          await go('the e-mail address', ({ name }) => name === 'E-mail');
          await type(world.people.manager.email);
          await go('the password', ({ name }) => name === 'Password');
          await type('correct horse battery');
          await press('Enter');
          await signOutButton.waitFor();
          await go('the products', ({ tag, name }) => tag === 'a' && name === 'Products');
          await press('Enter');
          await untilSays(page.locator('h1'), 'Products', 'the list');
          await untilLoaded(page);
          await go('a product', ({ tag, name }) => tag === 'a' && name.startsWith('A lamp'));
          await press('Enter');
          await untilSays(page.locator('h1'), 'A lamp', 'the product');
          await untilLoaded(page);
          await go('its edit', ({ tag, name }) => tag === 'button' && name === 'Edit');
          await press('Enter');
          const dialog = page.getByRole('dialog');
          await dialog.waitFor();
          expect((await focused(page)).inDialog).toBe(true);
          await press('Escape');
          await dialog.waitFor({ state: 'detached' });
          expect(await focused(page)).toMatchObject({ tag: 'button', name: 'Edit' });
          expect(stops.filter(({ tag, visible }) => tag !== 'body' && !visible)).toEqual([]);
        }),
      pageTestMs,
    );

    it(
      'when it is opened for the first time, then it weighs less than 150 kB and shows something within a second',
      async () => {
        const paintsMs: number[] = [];
        for (let load = 0; load < loads; load++) {
          await inWindow(world.browser, async ({ page }) => {
            const network = await page.context().newCDPSession(page);
            await network.send('Network.enable');
            let bytes = 0;
            network.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
            const { visit } = actionsOn(page, world.shop.url);
            await visit('#/products');
            await untilLoaded(page);
            expect(bytes).toBeGreaterThan(1_000);
            expect(bytes).toBeLessThan(bytesMax);
            const paint = await page.evaluate<number>(
              `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN`,
            );
            paintsMs.push(paint);
          });
        }
        // Whatever else the machine does adds to it and never takes anything away.
        expectInTime(Math.min(...paintsMs), 'the first paint of the dashboard').toBeLessThan(paintMsMax);
      },
      pageTestMs,
    );
  });
});
