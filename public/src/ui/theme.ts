import { createSignal } from '../lib/signal.js';

/** `auto` is as the system has it. */
export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const key = 'stockroom.theme';

const stored = (): Theme => {
  try {
    return themes.find((theme) => theme === localStorage.getItem(key)) ?? 'auto';
  } catch {
    return 'auto';
  }
};

/** Light or dark, as chosen before, else as the system has it; kept across visits where the browser lets us. */
export const createTheme = () => {
  const chosen = createSignal(stored());
  /** Told when colours change, for what draws with them itself. */
  const changes = createSignal(0);
  const changed = (): void => changes.set(changes.get() + 1);
  const show = (theme: Theme): void => {
    document.documentElement.dataset['theme'] = theme;
    changed();
  };
  show(chosen.get());
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed);
  return {
    chosen,
    changes,
    choose: (theme: Theme): void => {
      chosen.set(theme);
      show(theme);
      try {
        localStorage.setItem(key, theme);
      } catch {
        // Without a place to keep it, it counts for this visit.
      }
    },
  };
};

export type ThemeControl = ReturnType<typeof createTheme>;
