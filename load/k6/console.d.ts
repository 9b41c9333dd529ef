/** k6 has these, and its types leave them out. */
declare const console: Readonly<Record<'log' | 'info' | 'warn' | 'error', (text: string) => void>>;
