import { type RequestOptions, request } from 'node:https';
import type { TLSSocket } from 'node:tls';

/** An answer over TLS, with the certificate that the server showed. */
export interface HttpsAnswer {
  readonly status: number;
  readonly body: string;
  readonly serverSerial: string;
}

/** One request over HTTPS, on a connection of its own unless an agent is given. */
export function httpsGet(url: string, options: RequestOptions, body = ''): Promise<HttpsAnswer> {
  return new Promise((resolve, reject) => {
    const req = request(url, { agent: false, ...options }, (res) => {
      const serverSerial = (res.socket as TLSSocket).getPeerCertificate().serialNumber;
      let received = '';
      res.setEncoding('utf8');
      res.on('data', (chunk: string) => {
        received += chunk;
      });
      res.once('end', () => resolve({ status: res.statusCode ?? 0, body: received, serverSerial }));
      res.once('error', reject);
    });
    req.once('error', reject);
    req.end(body);
  });
}
