import { alternate } from './alternate.ts';
import type { Bench } from './bench.ts';
import { runWrk } from './wrk.ts';

const CONNECTIONS = 64;

/** New tokens, durable when they are handed out, by 64 connections. */
export const benchNewTokens: Bench = async ({ muster, go, rounds, loadSeconds }) => {
  const musterUrl = `${(await muster()).url}/new?size=3`;
  const goSide = await go();
  const load = async (url: string): Promise<number> =>
    (await runWrk({ url, seconds: loadSeconds, connections: CONNECTIONS })).perSecond;
  const figures = await alternate(rounds, {
    muster: () => load(musterUrl),
    go: async () => (goSide === undefined ? Number.NaN : load(`${goSide.url}/new?size=3`)),
  });
  const other = goSide && { name: goSide.name, value: figures.go };
  return [
    {
      bench: 'new',
      what: 'GET /new?size=3',
      unit: '/s',
      muster: figures.muster,
      other,
      target: other && { of: 'ratio', min: 4 },
    },
  ];
};
