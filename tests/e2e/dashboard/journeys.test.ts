import { artefact, describeBrowser, pageTestMs, patientMs } from '../../helpers/browser.js';
import { actionsOn, inWindow, startDashboard, untilSays, type DashboardWorld } from '../../helpers/dashboard.js';
import { describeMongo, freshDatabase } from '../../helpers/mongo.js';
import { waitFor } from '../../helpers/wait-for.js';

describeBrowser('the dashboard, used by people', () => {
  describeMongo('on a service', () => {
    const database = freshDatabase();
    let world: DashboardWorld;
    beforeAll(async () => {
      world = await startDashboard(database);
    }, pageTestMs);
    afterAll(() => world.close(), pageTestMs);

    it(
      'when the password is wrong, then it says so and keeps what was typed; when it is right, then one is in, and out again',
      () =>
        inWindow(world.browser, async ({ page }) => {
          const { visit, fillSignIn, main, signOutButton, links } = actionsOn(page, world.shop.url);
          const { email } = world.people.manager;
          await visit('#/sign-in');
          await fillSignIn(email, 'not the password');
          await untilSays(main.getByRole('alert'), /\S/, 'the refusal');
          expect(await page.getByLabel('E-mail').inputValue()).toBe(email);
          expect(await signOutButton.count()).toBe(0);
          await fillSignIn(email, 'correct horse battery');
          await signOutButton.waitFor();
          await links.getByRole('link', { name: 'Reports' }).waitFor();
          // A reload does not ask again.
          await page.reload();
          await signOutButton.waitFor();
          await signOutButton.click();
          await page.getByRole('link', { name: 'Sign in' }).or(page.getByLabel('Password')).first().waitFor();
        }),
      pageTestMs,
    );

    it(
      'when another client buys, then the stock falls on the page without a reload',
      () =>
        inWindow(world.browser, async ({ page }) => {
          const { id } = await world.shop.stocked(10, { name: 'Poster <b>bold</b>' });
          const { visit, left, main } = actionsOn(page, world.shop.url);
          await visit(`#/products/${id}`);
          await untilSays(left, '10', 'the stock at first');
          // A name is text, whatever stands in it.
          await untilSays(page.locator('h1'), 'Poster <b>bold</b>', 'the name');
          const { token } = world.shop.manager;
          for (const [quantity, rest] of [
            [3, '7'],
            [7, '0'],
          ] as const) {
            const bought = await world.shop.client.buy(id, { token, body: { quantity } });
            expect(bought.status).toBe(201);
            await untilSays(left, new RegExp(`^${rest}$`), `${rest} left`);
          }
          await untilSays(main, /sold out/i, 'that it is sold out');
        }),
      pageTestMs,
    );

    it(
      'when a manager restocks, then stock, ledger and audit say so',
      () =>
        inWindow(world.browser, async ({ page }) => {
          const { id } = await world.shop.stocked(4, { name: 'Lamp' });
          const { enter, left, main } = actionsOn(page, world.shop.url);
          await enter(world.people.manager, `#/products/${id}`);
          await untilSays(left, '4', 'the stock at first');
          const form = main.getByRole('region', { name: 'Move stock' });
          await form.getByLabel('Units that came in').fill('many');
          await form.locator('button[type=submit]').click();
          await untilSays(form, 'must be a whole number', 'the fault');
          await form.getByLabel('Units that came in').fill('8');
          await form.getByLabel('Reason').fill('second delivery');
          await form.locator('button[type=submit]').click();
          await untilSays(left, '12', 'the stock afterwards');
          await untilSays(main.getByRole('region', { name: 'Ledger' }), 'second delivery', 'the line of the ledger');
          const audit = main.getByRole('region', { name: 'Audit' });
          await audit.getByRole('button', { name: 'Audit again' }).click();
          await untilSays(audit, /agrees[^]*12/, 'the audit');
          await page.screenshot({ path: artefact('restocked.png') });
        }),
      pageTestMs,
    );

    it(
      'when somebody else has edited a product meanwhile, then nothing of either edit is lost',
      () =>
        inWindow(world.browser, async ({ page }) => {
          const { shop, people } = world;
          const { id } = await shop.stocked(4, { name: 'Chair', description: 'Oak' });
          const { enter, main } = actionsOn(page, shop.url);
          await enter(people.manager, `#/products/${id}`);
          await main.getByRole('button', { name: 'Edit' }).click();
          const dialog = page.getByRole('dialog');
          await dialog.getByLabel('Name', { exact: true }).fill('Armchair');
          const other = await shop.client.patch(id, { token: shop.manager.token, body: { price: 2_500 } });
          expect(other.status).toBe(200);
          await dialog.getByRole('button', { name: 'Save' }).click();
          await untilSays(dialog, /changed this product meanwhile/, 'that it was changed');
          expect(await dialog.getByLabel('Name', { exact: true }).inputValue()).toBe('Armchair');
          await dialog.getByRole('button', { name: 'Save' }).click();
          await dialog.waitFor({ state: 'detached' });
          await untilSays(page.locator('h1'), 'Armchair', 'the new name');
          const { data } = await shop.client.product(id);
          expect(data).toMatchObject({ name: 'Armchair', price: 2_500, version: 3 });
        }),
      pageTestMs,
    );

    it(
      'when a user is signed in, then they see what is theirs, and no way to the rest',
      () =>
        inWindow(world.browser, async ({ page }) => {
          const { enter, visit, main, links } = actionsOn(page, world.shop.url);
          await enter(world.people.user, '#/orders');
          await links.getByRole('link', { name: 'Purchases' }).waitFor();
          const shown = await links.getByRole('link').allInnerTexts();
          for (const title of ['Users', 'Jobs', 'Reports', 'Overview']) expect(shown).not.toContain(title);
          for (const hash of ['#/users', '#/jobs', '#/reports']) {
            await visit(hash);
            await untilSays(main, /role/i, `the refusal of ${hash}`);
            expect(await main.locator('table').count()).toBe(0);
          }
        }),
      pageTestMs,
    );

    it(
      'when an admin makes a user a manager, then the service says so too',
      () =>
        inWindow(world.browser, async ({ page }) => {
          const { shop, people } = world;
          const { enter, main } = actionsOn(page, shop.url);
          await enter(people.admin, '#/users');
          await main.getByLabel('Role of Uli').selectOption('manager');
          await page.getByRole('dialog').getByRole('button', { name: 'Make manager' }).click();
          await waitFor(async () => (await main.getByLabel('Role of Uli').inputValue()) === 'manager', {
            deadlineMs: patientMs,
          });
          await main.getByLabel('Role of Uli').selectOption('user');
          await page.getByRole('dialog').getByRole('button', { name: 'Make user' }).click();
          await waitFor(async () => (await main.getByLabel('Role of Uli').inputValue()) === 'user', {
            deadlineMs: patientMs,
          });
        }),
      pageTestMs,
    );

    it(
      'when a report is asked for, then it is made while one watches, and opens as a page of its own with its style',
      () =>
        inWindow(world.browser, async ({ page, problems }) => {
          await world.shop.stocked(4, { name: 'Rug' });
          const { enter, main } = actionsOn(page, world.shop.url);
          await enter(world.people.manager, '#/reports');
          await main.getByRole('button', { name: 'Make the report' }).click();
          const row = main.locator('tbody tr').filter({ hasText: /stock/i }).first();
          const open = row.getByRole('button', { name: 'Open' });
          await open.waitFor();
          const [report] = await Promise.all([page.context().waitForEvent('page'), open.click()]);
          report.on('console', (message) => {
            if (message.type() === 'error') problems.push(`report: ${message.text()}`);
          });
          await untilSays(report.locator('h1'), /stock/i, 'the report');
          const maxWidth = await report.evaluate<string>('getComputedStyle(document.body).maxWidth');
          expect(maxWidth).not.toBe('none');
          await report.close();
        }),
      pageTestMs,
    );
  });
});
