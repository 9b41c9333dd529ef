import { isAdmin, isManager, type App } from './app-context.js';
import { hashOf, type ViewName } from './lib/route.js';
import { createConnection } from './ui/connection.js';
import { fill, h, icon } from './ui/dom.js';
import { themes, type ThemeControl } from './ui/theme.js';

interface Place {
  view: ViewName;
  title: string;
  may: (app: App) => boolean;
}

const signedIn = ({ session }: App): boolean => session.state.get() !== null;

const places: readonly Place[] = [
  { view: 'overview', title: 'Overview', may: isManager },
  { view: 'products', title: 'Products', may: () => true },
  { view: 'drop', title: 'Run a drop', may: signedIn },
  { view: 'orders', title: 'Orders', may: signedIn },
  { view: 'purchases', title: 'Purchases', may: signedIn },
  { view: 'reports', title: 'Reports', may: isManager },
  { view: 'jobs', title: 'Jobs', may: isAdmin },
  { view: 'users', title: 'Users', may: isAdmin },
];

export interface Shell {
  element: HTMLElement;
  main: HTMLElement;
  /** Says in the navigation where one is. */
  setPlace: (view: ViewName) => void;
}

const themeChoice = (theme: ThemeControl): HTMLElement => {
  const options = themes.map((name) =>
    h(
      'option',
      { value: name, selected: name === theme.chosen.get() },
      { auto: 'System', light: 'Light', dark: 'Dark' }[name],
    ),
  );
  const select = h('select', { 'aria-label': 'Colours', class: 'small' }, ...options);
  select.addEventListener('change', () => theme.choose(themes.find((name) => name === select.value) ?? 'auto'));
  return select;
};

const account = (app: App): readonly HTMLElement[] => {
  const state = app.session.state.get();
  if (state === null) return [h('a', { href: hashOf('sign-in'), class: 'button small' }, 'Sign in')];
  const { name, role } = state.user;
  const leave = (): void => void app.session.signOut().catch(() => undefined);
  return [
    h('span', { class: 'who' }, h('span', { class: 'who-name' }, name), h('span', { class: 'quiet' }, role)),
    h('button', { type: 'button', class: 'small', onclick: leave }, 'Sign out'),
  ];
};

const brand = (): HTMLElement =>
  h(
    'a',
    { class: 'brand', href: hashOf('products') },
    icon('M2 5 8 2l6 3v6l-6 3-6-3zM2 5l6 3 6-3M8 8v6'),
    h('span', {}, 'Stockroom'),
  );

/** What stands around every view: the way to the others, the connection, and who one is. */
export const createShell = (app: App, signal: AbortSignal): Shell => {
  const { element: connection, banner } = createConnection(app.stock, app.messages.announce, signal);
  const main = h('main', { id: 'main', tabindex: -1 });
  const list = h('ul');
  const nav = h('nav', { 'aria-label': 'Views' }, list);
  const who = h('div', { class: 'account' });
  let current: ViewName = 'products';

  const show = (): void => {
    const links = places
      .filter(({ may }) => may(app))
      .map(({ view, title }) =>
        h('li', {}, h('a', { href: hashOf(view), 'aria-current': view === current ? 'page' : null }, title)),
      );
    fill(list, ...links);
    fill(who, themeChoice(app.theme), ...account(app));
  };
  app.session.state.follow(show, signal);

  const skip = h('a', { class: 'skip', href: '#main' }, 'Skip to the content');
  skip.addEventListener('click', (event) => {
    // The address is the page's own place, and is to stay so.
    event.preventDefault();
    main.focus();
  });
  const top = h('header', { class: 'top' }, brand(), nav, connection, who);
  const element = h('div', { class: 'shell' }, skip, top, banner, main, ...app.messages.elements);
  return {
    ...{ element, main },
    setPlace: (view) => {
      if (view === current) return;
      current = view;
      for (const link of list.querySelectorAll('a')) {
        if (link.getAttribute('href') === hashOf(view)) link.setAttribute('aria-current', 'page');
        else link.removeAttribute('aria-current');
      }
    },
  };
};
