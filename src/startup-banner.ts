export interface BannerOptions {
  url: string;
  admin: { email: string; password: string; madeUp: boolean } | undefined;
}

/** One word of bash, whatever is in it. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** Reads one field of the answer's data; Node is there, jq may not be. */
const field = (name: string): string => `node -pe "JSON.parse(require('fs').readFileSync(0)).data.${name}"`;

const json = `-H 'content-type: application/json'`;
const bearer = `-H "authorization: Bearer $TOKEN"`;

/** The given password stays where it was given: bash puts it in. */
const signInBody = ({ email, password, madeUp }: NonNullable<BannerOptions['admin']>): string => {
  if (madeUp) return quoted(JSON.stringify({ email, password }));
  return `${quoted(`{"email":${JSON.stringify(email)},"password":"`)}"$ADMIN_PASSWORD"${quoted('"}')}`;
};

const curlLines = (url: string, admin: NonNullable<BannerOptions['admin']>): string[] => {
  const api = `${url}/api/v1`;
  const product = quoted(JSON.stringify({ name: 'Concert ticket', price: 4900, stock: 3 }));
  return [
    `TOKEN=$(curl -s ${api}/auth/login ${json} -d ${signInBody(admin)} | ${field('accessToken')})`,
    `ID=$(curl -s ${api}/products ${bearer} ${json} -d ${product} | ${field('id')})`,
    `curl -s ${api}/products/$ID/purchase ${bearer} ${json} -d '{"quantity":1}'; echo`,
    `curl -s ${api}/products/$ID; echo`,
  ];
};

/**
 * What somebody needs who has just started the service for the first time: where it is, how to sign in, and lines
 * for bash that work as they are pasted (sign in, create, buy, read).
 */
export const startupBanner = ({ url, admin }: BannerOptions): string => {
  const head = ['', `Stockroom is ready: ${url}`];
  if (admin === undefined) return `${head.join('\n')}\n\n`;
  const dashboard = `Dashboard: ${url}/dashboard`;
  const signIn = `Admin: ${admin.email}  password: ${admin.madeUp ? admin.password : 'the one in ADMIN_PASSWORD'}`;
  const lines = ['', 'To try it, paste:', '', ...curlLines(url, admin), ''];
  return `${[...head, dashboard, signIn, ...lines].join('\n')}\n`;
};
