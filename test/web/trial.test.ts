import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newDiscoveryUrl, untilRegistered } from '../etcd/clusters.ts';
import { cleanEnvironment } from '../support/etcd.ts';
import { type Muster, startMuster } from '../support/muster.ts';
import { etcdProgram, missingPeers } from '../support/peers.ts';
import { poll } from '../support/poll.ts';
import { startProgram } from '../support/program.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { AS_BROWSER, ask } from './browser-requests.ts';

let muster: Muster;
before(async () => {
  muster = await startMuster();
});
after(() => muster[Symbol.asyncDispose]());

/** The lines that a token's page has for a trial. */
async function trialLines(url: string, etcd: string): Promise<string> {
  const { body } = await ask(`${url}?etcd=${etcd}&platform=trial`, AS_BROWSER);
  const [, text = ''] = /<pre id="trial"[^>]*><code>(.*?)<\/code>/s.exec(body) ?? [];
  return text.replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

for (const version of ['3.5', '3.7'] as const) {
  const options = { skip: missingPeers(`etcd-${version}`), timeout: 120_000 };
  test(
    `the lines for a trial on one machine, as pasted, start a cluster of etcd ${version}`,
    options,
    async () => {
      await using dir = await createTempDir();
      const url = await newDiscoveryUrl(muster.url, 3);
      const lines = (await trialLines(url, version))
        // Away from whatever else runs on the usual address.
        .replaceAll('http://127.0.0.1:223', 'http://127.0.0.77:223')
        .replaceAll('/tmp/muster-trial', `${dir.path}/trial`)
        .replaceAll(' &\n', ' &\necho "member $!"\n');
      const folder = etcdProgram(version, 'etcd').replace(/\/etcd$/, '');
      const { PATH = '' } = process.env;
      const env = { ...cleanEnvironment(), PATH: `${folder}:${PATH}` };
      await using shell = await startProgram({
        ...{ name: 'shell', file: '/bin/sh', args: ['-c', `${lines}\nwait`], env },
      });
      const pids = (): number[] =>
        shell.log.lines.flatMap((line) => {
          const pid = /^member (\d+)$/.exec(line)?.[1];
          return pid === undefined ? [] : [Number(pid)];
        });
      try {
        await untilRegistered(url, 3);
        for (const n of [1, 2, 3]) {
          await poll(`member ${n} healthy`, 60_000, async (signal) => {
            const answer = await fetch(`http://127.0.0.77:2237${n}/health`, { signal });
            return /"health":\s*"true"/.test(await answer.text()) || undefined;
          });
        }
        assert.match((await ask(url, AS_BROWSER)).body, /<h1>All 3 members have registered<\/h1>/);
      } finally {
        for (const pid of pids()) process.kill(pid, 'SIGKILL');
        await shell.exited;
      }
    },
  );
}
