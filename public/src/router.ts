import { isAdmin, isManager, type App, type View } from './app-context.js';
import { parseRoute, type Route, type ViewName } from './lib/route.js';
import type { Shell } from './shell.js';
import { fill, h } from './ui/dom.js';
import { heading } from './ui/heading.js';
import { notice } from './ui/notice.js';
import { views } from './views/all.js';
import { signInView } from './views/sign-in.js';

const needs: Readonly<Partial<Record<ViewName, (app: App) => boolean>>> = {
  overview: isManager,
  reports: isManager,
  jobs: isAdmin,
  users: isAdmin,
};
const openToAll: ReadonlySet<ViewName> = new Set(['products', 'sign-in']);

const forbiddenView: View = ({ session, messages }) => {
  const renew = (): void => void session.renew().catch(messages.failed);
  const role = session.state.get()?.user.role ?? '';
  return h(
    'div',
    {},
    heading('Not for your role'),
    notice({
      kind: 'forbidden',
      title: `You are signed in as ${role}`,
      text: 'This page is for others. Ask an admin for the role, then look again.',
      actions: [h('button', { type: 'button', onclick: renew }, 'Look again')],
    }),
  );
};

const unknownView: View = () =>
  h(
    'div',
    {},
    heading('There is no such page'),
    notice({
      kind: 'empty',
      title: 'The address names nothing',
      text: h('a', { href: '#/products' }, 'Go to the products'),
    }),
  );

const nowhere: Route = { view: 'products', id: null, query: new URLSearchParams() };

const viewOf = (app: App, route: Route | null): View => {
  if (route === null) return unknownView;
  if (app.session.state.get() === null && !openToAll.has(route.view)) return signInView;
  if (needs[route.view]?.(app) === false) return forbiddenView;
  return route.view === 'products' && route.id !== null ? views.product : views[route.view];
};

/** Where somebody is sent who is signed in and names no place, or the place to sign in. */
const homeOf = (app: App): string => (isManager(app) ? '#/' : '#/products');

/** The field in which somebody is typing, so that a view that is made anew by its own filters does not take it away. */
const typingIn = (main: HTMLElement): (() => boolean) => {
  const active = document.activeElement;
  const name = main.contains(active) ? active?.getAttribute('name') : null;
  return () => {
    const again = name && main.querySelector<HTMLElement>(`[name="${CSS.escape(name)}"]`);
    if (!again) return false;
    again.focus();
    if (again instanceof HTMLInputElement && again.type === 'search') {
      again.setSelectionRange(again.value.length, again.value.length);
    }
    return true;
  };
};

/** Shows the view that the address names, for whoever is signed in, and ends the one before with all that it has running. */
export const startRouter = (app: App, { main, setPlace }: Shell): void => {
  let ending = new AbortController();
  let shownPath = '';
  let isFirst = true;

  const show = (): void => {
    const route = parseRoute(location.hash);
    const isSignedIn = app.session.state.get() !== null;
    const isHome = route?.view === 'sign-in' || (route?.view === 'overview' && !isManager(app));
    if (isSignedIn && isHome && location.hash !== homeOf(app)) {
      location.replace(homeOf(app));
      return;
    }
    const retype = typingIn(main);
    ending.abort();
    ending = new AbortController();
    fill(main, viewOf(app, route)({ ...app, route: route ?? nowhere, signal: ending.signal }));
    setPlace(route?.view ?? 'products');
    const title = main.querySelector('h1');
    document.title = `${title?.textContent ?? 'Dashboard'} · Stockroom`;
    const path = `${route?.view ?? ''}/${route?.id ?? ''}`;
    const isSame = path === shownPath;
    shownPath = path;
    if (isFirst || (isSame && retype())) {
      isFirst = false;
      return;
    }
    window.scrollTo(0, 0);
    title?.focus({ preventScroll: true });
  };

  let userId: string | undefined;
  let role: string | undefined;
  window.addEventListener('hashchange', show);
  app.session.state.follow((state) => {
    // A renewed token alone is no reason to draw anything anew.
    if (!isFirst && state?.user.id === userId && state?.user.role === role) return;
    userId = state?.user.id;
    role = state?.user.role;
    show();
  }, new AbortController().signal);
};
