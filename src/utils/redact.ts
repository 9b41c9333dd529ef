const CENSOR = '[redacted]';

/** A word that begins as a URL does. The scheme is bounded, as every letter of a long word might begin one. */
const URLS = /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s"'`<>\\]*/gi;
/** What follows the names of the schemes by which callers prove who they are (RFC 9110 section 11.4). */
const CREDENTIALS = /\b(bearer|basic|digest)\s{1,4}[a-z0-9._~+/=-]{8,}/gi;
const JWTS = /\beyJ[\w-]{5,2000}\.[\w-]{0,4000}\.[\w-]{0,1000}/g;
const PASSWORD_HASHES = /\$argon2[a-z]*\$[^\s"',]*/g;
/** Text under a name that says what it is. */
const FIELDS =
  /"((?:proxy-)?authorization|(?:set-)?cookie|x-api-key|api_?key|pass(?:word|phrase|wd)?|password_?hash|secret|(?:jwt|client)_?secret|(?:access|refresh|id|metrics)?_?token)":("(?:[^"\\]|\\.)*"|\[(?:"(?:[^"\\]|\\.)*",?)*\])/gi;
const PARAMETERS =
  /([?&;](?:(?:access|refresh|id)_?token|token|pass(?:word|wd)?|secret|client_secret|api_?key|signature)=)[^&;#\s"]*/gi;

/** Everything up to the last `@` may be a password that somebody has forgotten to escape. */
const withoutUserInfo = (url: string): string => {
  const end = url.lastIndexOf('@');
  const start = url.indexOf('://') + 3;
  return end >= start && url.slice(start, end).includes(':') ? `${url.slice(0, start)}***${url.slice(end)}` : url;
};

/** A URL, or text with URLs in it, as it may be shown: without users and passwords. */
export const redactUrls = (text: string): string => text.replace(URLS, withoutUserInfo);

/** A request's URL as it may be logged: credentials belong into headers, and some clients put them into the query all the same. */
export const redactQuery = (url: string): string => (url.includes('=') ? url.replace(PARAMETERS, `$1${CENSOR}`) : url);

/** The password in a connection string, as it stands there and as it is meant. */
export const passwordsOf = (url: string): string[] => {
  const [, written] = /^[^:]+:\/\/[^:@/]*:(.*)@/.exec(url) ?? [];
  if (written === undefined) return [];
  try {
    return [written, decodeURIComponent(written)];
  } catch {
    return [written];
  }
};

/** A shorter one is a word that may stand anywhere. */
const SECRET_LENGTH_MIN = 8;

/**
 * Takes secrets out of a line of a log, whoever has let them slip in: the given ones wherever they stand, as they are and as
 * JSON writes them, and whatever looks like credentials: in URLs, headers, tokens, hashes, and fields that are named so.
 */
export const createRedactor = (secrets: readonly string[]): ((line: string) => string) => {
  const known = new Set(
    secrets
      .filter((secret) => secret.length >= SECRET_LENGTH_MIN)
      .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]),
  );
  return (line) => {
    let text = line;
    for (const secret of known) text = text.replaceAll(secret, CENSOR);
    return redactQuery(redactUrls(text))
      .replace(FIELDS, `"$1":"${CENSOR}"`)
      .replace(CREDENTIALS, `$1 ${CENSOR}`)
      .replace(JWTS, CENSOR)
      .replace(PASSWORD_HASHES, CENSOR);
  };
};
