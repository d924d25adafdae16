import { type RequestOptions, request } from 'node:https';
import type { TLSSocket } from 'node:tls';

/** An answer over TLS, with the certificate that the server showed. */
export interface HttpsAnswer {
  readonly status: number;
  readonly body: string;
  readonly serverSerial: string;
}

/** One request over HTTPS, on a connection of its own unless an agent is given. */
export function httpsGet(url: string, options: RequestOptions): Promise<HttpsAnswer> {
  return new Promise((resolve, reject) => {
    const req = request(url, { agent: false, ...options }, (res) => {
      const serverSerial = (res.socket as TLSSocket).getPeerCertificate().serialNumber;
      let body = '';
      res.setEncoding('utf8');
      res.on('data', (chunk: string) => {
        body += chunk;
      });
      res.once('end', () => resolve({ status: res.statusCode ?? 0, body, serverSerial }));
      res.once('error', reject);
    });
    req.once('error', reject);
    req.end();
  });
}
