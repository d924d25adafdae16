/** `npm run simulate`: what a public service would go through. See docs/scaling.md. */
import { writeFileSync } from 'node:fs';
import { missingPeers } from '../../test/support/peers.ts';
import { createRandom } from '../../test/support/seeded-random.ts';
import { createTempDir } from '../../test/support/temp-dir.ts';
import { describeMachine } from '../machine.ts';
import { type KeptTokensFigures, keepTokens } from './kept-tokens.ts';
import { HELP, parseSimulateOptions, type SimulateOptions } from './options.ts';
import { formatHerd, formatKeptTokens } from './report.ts';
import { type SimulatedHerd, simulateHerd } from './simulate-herd.ts';

const options = parseSimulateOptions(process.argv.slice(2));
if (options.help) console.log(HELP);
else await simulate(options);

async function simulate({ halves, store, jsonFile, ...options }: SimulateOptions): Promise<void> {
  const missing = store === 'etcd' && halves.includes('herd') && missingPeers('etcd-3.6');
  if (missing !== false) throw new Error(missing);
  const machine = await describeMachine();
  console.log(`${machine}\nseed ${options.seed}`);
  await using dir = await createTempDir();
  const random = createRandom(options.seed);
  const results: { herd?: SimulatedHerd; tokens?: KeptTokensFigures } = {};
  if (halves.includes('herd')) {
    const herd = await simulateHerd({ ...options, store, random: random.fork() }, dir.path);
    console.log(`\n${formatHerd(herd)}`);
    results.herd = herd;
    if (herd.formed < herd.clusters) {
      console.error(`${herd.clusters - herd.formed} of ${herd.clusters} clusters did not form`);
      process.exitCode = 1;
    }
  }
  if (halves.includes('tokens')) {
    const tokens = await keepTokens({ ...options, random: random.fork() }, dir.path);
    console.log(`\n${formatKeptTokens(tokens)}`);
    results.tokens = tokens;
  }
  if (jsonFile === undefined) return;
  writeFileSync(jsonFile, `${JSON.stringify({ machine, seed: options.seed, ...results }, null, 2)}\n`);
}
