import { get } from 'node:http';
import { text } from 'node:stream/consumers';

/** An answer to be given again, headers as a flat list of names and values. */
export interface RecordedAnswer {
  headers: string[];
  body: string;
}

/** What every Node server sends by itself. */
const sentByNode = new Set(['date', 'connection', 'keep-alive']);

const ask = (port: number, path: string): Promise<RecordedAnswer> =>
  new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, path, timeout: 5000 }, (response) => {
      const headers: string[] = [];
      for (let i = 0; i < response.rawHeaders.length; i += 2) {
        const name = response.rawHeaders[i] ?? '';
        if (!sentByNode.has(name.toLowerCase())) headers.push(name, response.rawHeaders[i + 1] ?? '');
      }
      text(response).then((body) => {
        if (response.statusCode === 200) resolve({ headers, body });
        else reject(new Error(`${path} answered ${response.statusCode}: ${body.slice(0, 300)}`));
      }, reject);
    });
    request.once('timeout', () => request.destroy(new Error(`${path} was not answered within 5 s`)));
    request.once('error', reject);
  });

/** What a server answers once its cache is warm. */
export const recordAnswer = async (port: number, path: string): Promise<RecordedAnswer> => {
  await ask(port, path);
  await ask(port, path);
  return ask(port, path);
};
