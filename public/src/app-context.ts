import type { Calls } from './api/calls.js';
import type { Client } from './api/client.js';
import type { Session } from './api/session.js';
import type { Role } from './api/types.js';
import type { Route } from './lib/route.js';
import type { FiguresFeed } from './live/figures-feed.js';
import type { StockStream } from './live/stock-stream.js';
import type { Messages } from './ui/messages.js';
import type { ThemeControl } from './ui/theme.js';

/** What every view has at hand. */
export interface App {
  session: Session;
  client: Client;
  calls: Calls;
  stock: StockStream;
  figures: FiguresFeed;
  messages: Messages;
  theme: ThemeControl;
}

/** What a view is made with; the signal ends with it. */
export interface ViewContext extends App {
  route: Route;
  signal: AbortSignal;
}

/** Makes what stands in the page's main part. */
export type View = (context: ViewContext) => HTMLElement;

export const roleOf = ({ session }: Pick<App, 'session'>): Role | null => session.state.get()?.user.role ?? null;
export const isManager = (app: Pick<App, 'session'>): boolean => ['manager', 'admin'].includes(roleOf(app) ?? '');
export const isAdmin = (app: Pick<App, 'session'>): boolean => roleOf(app) === 'admin';
