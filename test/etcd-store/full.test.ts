import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commit, entriesOf, put, text } from '../contract/open-store.ts';
import { base64, callGateway } from '../support/gateway.ts';
import { missingPeers } from '../support/peers.ts';
import { openStore, startEtcd } from './open.ts';

const A = 'a'.repeat(32);

for (const version of ['3.4', '3.6'] as const) {
  test(`an etcd that is full refuses writes with a reason, is read on, and takes writes again (etcd ${version})`, {
    skip: missingPeers(`etcd-${version}`),
    timeout: 60_000,
  }, async (t) => {
    const { clientUrl } = await startEtcd(t, version, ['--quota-backend-bytes', String(2_000_000)]);
    const store = await openStore(t, [clientUrl]);
    await commit(store, A, put('k', '1'));
    const value = base64('x'.repeat(500_000));
    for (let isFull = false; !isFull; ) {
      isFull = await callGateway(clientUrl, 'kv/put', { key: base64('/other'), value }).then(
        () => false,
        () => true,
      );
    }
    await assert.rejects(commit(store, A, put('k', '2')), {
      code: 'store-unavailable',
      message: 'the etcd cluster behind this service is full',
    });
    await assert.rejects(store.assertWritable(), { code: 'store-unavailable' });
    assert.ok((await store.stats()).sizeBytes > 1_000_000);
    assert.deepEqual(
      (await entriesOf(store, A)).map((entry) => text(entry.value)),
      ['1'],
    );
    const { header } = await callGateway(clientUrl, 'kv/range', { key: base64('/other') });
    const { revision } = header as { revision: string };
    await callGateway(clientUrl, 'kv/deleterange', { key: base64('/other') });
    await callGateway(clientUrl, 'kv/compaction', { revision, physical: true });
    await callGateway(clientUrl, 'maintenance/defragment');
    const { alarms } = await callGateway(clientUrl, 'maintenance/alarm', { action: 'GET' });
    for (const alarm of alarms as object[]) {
      await callGateway(clientUrl, 'maintenance/alarm', { ...alarm, action: 'DEACTIVATE' });
    }
    await commit(store, A, put('k', '3'));
    await store.assertWritable();
    assert.deepEqual(
      (await entriesOf(store, A)).map((entry) => text(entry.value)),
      ['3'],
    );
  });
}
