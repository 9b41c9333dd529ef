import { accessOf, routeNames, type Access } from '../src/schemas/access.js';

const whoOf = (access: Access): string => {
  if (access === 'anyone' || access === 'signed in') return access;
  if (access === 'anyone, token checked') return 'anyone; a token that is sent must be good';
  if (access === 'trial') return 'signed in; in production admin';
  return access === 'own' ? 'signed in: their own; manager, admin: everybody’s' : access.join(', ');
};

/** The access table for people: neighbours that are for the same callers share a row. */
export const accessMarkdown = (): string => {
  const rows: { calls: string[]; who: string }[] = [];
  for (const route of routeNames) {
    const who = whoOf(accessOf(route));
    const last = rows.at(-1);
    if (last?.who === who) last.calls.push(`\`${route}\``);
    else rows.push({ calls: [`\`${route}\``], who });
  }
  const lines = rows.map(({ calls, who }) => `| ${calls.join(', ')} | ${who} |`);
  return ['| call | who |', '| --- | --- |', ...lines].join('\n');
};
