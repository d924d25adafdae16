/**
 * The least that an HTTP server of Node can do: the same answer to every request. A program of its own.
 *
 *     node dist/bench/bare-server.js PORT HEADERS-AS-JSON BODY
 */
import { createServer } from 'node:http';

const [port, headersJson = '[]', body = ''] = process.argv.slice(2);
const headers = JSON.parse(headersJson) as string[];

createServer((_req, res) => {
  res.writeHead(200, headers);
  res.end(body);
}).listen(Number(port), '127.0.0.1');
