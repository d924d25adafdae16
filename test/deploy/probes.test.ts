import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { test } from 'node:test';
import { startMuster } from '../support/muster.ts';
import { freePort } from '../support/ports.ts';

const PATHS = ['/health', '/readyz', '/livez'];

/** The status of a GET over HTTP/2. */
async function statusOverHttp2(origin: string, path: string): Promise<unknown> {
  const session = connect(origin);
  try {
    const stream = session.request({ ':path': path });
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
    stream.resume();
    return headers[':status'];
  } finally {
    session.destroy();
  }
}

test('the probes answer on the port of the service and on that of the metrics, over both versions of HTTP', async () => {
  const metricsPort = await freePort('127.0.0.1');
  await using muster = await startMuster({ args: ['--metrics-listen', `127.0.0.1:${metricsPort}`] });
  for (const origin of [muster.url, `http://127.0.0.1:${metricsPort}`]) {
    for (const path of PATHS) {
      const answer = await fetch(`${origin}${path}`);
      assert.deepEqual([answer.status, await answer.text()], [200, 'OK'], `${origin}${path}`);
      assert.equal(await statusOverHttp2(origin, path), 200, `${origin}${path} over HTTP/2`);
    }
  }
});
