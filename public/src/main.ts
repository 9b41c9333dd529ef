import { createCalls } from './api/calls.js';
import { createClient } from './api/client.js';
import { createSession, type SessionStorage } from './api/session.js';
import type { App } from './app-context.js';
import { createFiguresFeed } from './live/figures-feed.js';
import { createStockStream } from './live/stock-stream.js';
import { startRouter } from './router.js';
import { createShell } from './shell.js';
import { createMessages } from './ui/messages.js';
import { createTheme } from './ui/theme.js';

const key = 'stockroom.session';

/** Where a browser keeps nothing for us, the session ends with a reload. */
const tabStorage: SessionStorage = {
  read: () => {
    try {
      return sessionStorage.getItem(key);
    } catch {
      return null;
    }
  },
  write: (text) => {
    try {
      if (text === null) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, text);
    } catch {
      // See above.
    }
  },
};

const start = (): void => {
  const session = createSession(tabStorage);
  const client = createClient(session);
  const app: App = {
    ...{ session, client, calls: createCalls(client), figures: createFiguresFeed(client) },
    ...{ stock: createStockStream(), messages: createMessages(), theme: createTheme() },
  };
  const whole = new AbortController();
  const shell = createShell(app, whole.signal);
  document.getElementById('app')?.replaceWith(shell.element);
  startRouter(app, shell);
  app.stock.run(whole.signal);
};

start();
