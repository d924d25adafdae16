import { request } from 'node:http';

/** What browsers send when somebody opens a page. */
export const AS_BROWSER: Readonly<Record<string, string>> = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
};

/** An answer as it stands on the wire, but for the date. */
export interface WireAnswer {
  readonly status: number;
  /** Name and value in turn, as they were sent. */
  readonly headers: readonly string[];
  readonly body: string;
}

/** Sends exactly these headers and that of the host, which `fetch` would add to. */
export function ask(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const req = request(url, { method, headers, agent: false }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () => {
        const raw = res.rawHeaders;
        const dated = raw.findIndex((name, index) => index % 2 === 0 && name === 'Date');
        const rest = raw.filter((_, index) => index !== dated && index !== dated + 1);
        resolve({ status: res.statusCode ?? 0, headers: rest, body: Buffer.concat(chunks).toString('utf8') });
      });
    });
    req.on('error', reject);
    req.end();
  });
}

/** The value of a header; undefined where it was not sent. */
export function headerOf({ headers }: WireAnswer, name: string): string | undefined {
  const at = headers.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name);
  return at === -1 ? undefined : headers[at + 1];
}
