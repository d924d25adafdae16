import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoreStats } from '../store/store.ts';
import { createMetrics, type Metrics } from './metrics.ts';

const STATS: StoreStats = { kind: 'memory', revision: 7, keys: 3, tokens: 2, watchers: 1, sizeBytes: 4096 };

/** The lines of one metric, without its comments. */
async function linesOf(metrics: Metrics, name: string): Promise<string[]> {
  const { body } = await metrics.render();
  return body.split('\n').filter((line) => new RegExp(`^${name}(\\{| )`).test(line));
}

test('request counts by route and status, and times what is no watch', async () => {
  const metrics = createMetrics('1.2.3');
  metrics.request('new', 200, 0.003);
  metrics.request('new', 200, 0.003);
  metrics.request('new', 429, 0.0001);
  metrics.request('watch', 200, 3600);
  assert.deepEqual(await linesOf(metrics, 'muster_http_requests_total'), [
    'muster_http_requests_total{route="new",status="200"} 2',
    'muster_http_requests_total{route="new",status="429"} 1',
    'muster_http_requests_total{route="watch",status="200"} 1',
  ]);
  assert.deepEqual(await linesOf(metrics, 'muster_http_request_seconds_count'), [
    'muster_http_request_seconds_count{route="new"} 3',
  ]);
  const buckets = await linesOf(metrics, 'muster_http_request_seconds_bucket');
  assert.ok(buckets.includes('muster_http_request_seconds_bucket{le="0.0025",route="new"} 1'));
  assert.ok(buckets.includes('muster_http_request_seconds_bucket{le="0.005",route="new"} 3'));
});

test('registrations and the ways of tokens are counted', async () => {
  const metrics = createMetrics('1.2.3');
  metrics.registration('v2', 'created');
  metrics.registration('v2', 'created');
  metrics.registration('v3', 'guard-refused');
  metrics.tokenTransition('created');
  metrics.tokenTransition('complete');
  assert.deepEqual(await linesOf(metrics, 'muster_registrations_total'), [
    'muster_registrations_total{dialect="v2",outcome="created"} 2',
    'muster_registrations_total{dialect="v3",outcome="guard-refused"} 1',
  ]);
  assert.deepEqual(await linesOf(metrics, 'muster_token_transitions_total'), [
    'muster_token_transitions_total{state="created"} 1',
    'muster_token_transitions_total{state="complete"} 1',
  ]);
});

test('the store reports batches and failures', async () => {
  const metrics = createMetrics('1.2.3');
  metrics.storeObserver.batchFlushed(12, 0.002);
  metrics.storeObserver.batchFlushed(1, 0.001);
  metrics.storeObserver.batchFailed(new Error('disk full'));
  assert.deepEqual(await linesOf(metrics, 'muster_store_batch_commits_sum'), [
    'muster_store_batch_commits_sum 13',
  ]);
  assert.deepEqual(await linesOf(metrics, 'muster_store_flush_seconds_count'), [
    'muster_store_flush_seconds_count 2',
  ]);
  assert.deepEqual(await linesOf(metrics, 'muster_store_failures_total'), ['muster_store_failures_total 1']);
});

test('render reads the gauges anew each time', async () => {
  const metrics = createMetrics('1.2.3');
  let watches = 1;
  metrics.setSources({
    watches: () => watches,
    storeStats: () => Promise.resolve(STATS),
  });
  assert.deepEqual(await linesOf(metrics, 'muster_watches'), ['muster_watches 1']);
  watches = 5;
  assert.deepEqual(await linesOf(metrics, 'muster_watches'), ['muster_watches 5']);
  assert.deepEqual(await linesOf(metrics, 'muster_tokens'), ['muster_tokens 2']);
  assert.deepEqual(await linesOf(metrics, 'muster_store_size_bytes'), ['muster_store_size_bytes 4096']);
  assert.deepEqual(await linesOf(metrics, 'muster_store_keys'), ['muster_store_keys 3']);
  assert.deepEqual(await linesOf(metrics, 'muster_store_revision'), ['muster_store_revision 7']);
});

test('render leaves out what cannot be read, and does not show its last value', async () => {
  const metrics = createMetrics('1.2.3');
  assert.deepEqual(await linesOf(metrics, 'muster_store_keys'), [], 'before there is a store');
  metrics.setSources({ watches: () => 0, storeStats: () => STATS });
  assert.deepEqual(await linesOf(metrics, 'muster_store_keys'), ['muster_store_keys 3']);
  const failing = [() => Promise.reject(new Error('closed')), (): StoreStats => assert.fail('closed')];
  for (const storeStats of failing) {
    metrics.setSources({ watches: () => 2, storeStats });
    assert.deepEqual(await linesOf(metrics, 'muster_store_keys'), []);
    assert.deepEqual(await linesOf(metrics, 'muster_watches'), ['muster_watches 2']);
  }
});

test('render names version and process, in the text form of Prometheus', async () => {
  const metrics = createMetrics('1.2.3');
  const { contentType, body } = await metrics.render();
  assert.match(contentType, /^text\/plain; version=0\.0\.4/);
  assert.match(body, /^muster_build_info\{version="1\.2\.3"\} 1$/m);
  assert.match(body, /^process_resident_memory_bytes \d+$/m);
  assert.match(body, /^nodejs_eventloop_lag_seconds /m);
});

test('two servers in one process count apart', async () => {
  const [one, other] = [createMetrics('1'), createMetrics('1')];
  one.request('home', 200, 0.001);
  assert.equal((await linesOf(one, 'muster_http_requests_total')).length, 1);
  assert.equal((await linesOf(other, 'muster_http_requests_total')).length, 0);
});
