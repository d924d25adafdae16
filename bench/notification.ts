import { setTimeout as sleep } from 'node:timers/promises';
import { alternate, median } from './alternate.ts';
import type { Bench } from './bench.ts';
import { type HttpConnection, openConnection } from './http-client.ts';
import { createMember } from './member.ts';
import type { Row } from './row.ts';
import { createToken, type Side } from './servers.ts';

/** Time for a watch to be in place; nothing tells its client. */
const SETTLE_MS = 100;

/** How long after a registration was sent the members that wait have it. */
export const benchNotification: Bench = async ({ quick, muster, go }) => {
  const rounds = quick ? 10 : 30;
  const rows: Row[] = [];
  const goSide = await go();
  const musterSide = await muster();
  for (const watchers of [2, 100]) {
    const figures = await alternate(rounds, {
      muster: () => notify(musterSide, watchers),
      go: async () => (goSide === undefined ? Number.NaN : notify(goSide, watchers)),
    });
    rows.push({
      bench: 'notification',
      what: `PUT sent to told, ${watchers} watchers`,
      unit: 'ms',
      muster: figures.muster,
      other: goSide && { name: goSide.name, value: figures.go },
      target: undefined,
    });
  }
  return rows;
};

/** Answers the median over the watchers, in milliseconds. */
async function notify(side: Side, watchers: number): Promise<number> {
  const path = await createToken(side, 3);
  const connections = await Promise.all(Array.from({ length: watchers + 1 }, () => openConnection(side.url)));
  const [writer, ...waiting] = connections as [HttpConnection, ...HttpConnection[]];
  const { index } = await writer.get(path);
  const told = waiting.map(async (connection) => {
    await connection.get(`${path}?recursive=true&wait=true&waitIndex=${index + 1}`);
    return performance.now();
  });
  await sleep(SETTLE_MS);
  const { id, form } = createMember(side.url + path, 1);
  const sentAt = performance.now();
  const [answer, ...toldAt] = await Promise.all([writer.put(`${path}/${id}?prevExist=false`, form), ...told]);
  for (const connection of connections) connection.close();
  if (answer.status !== 201) throw new Error(`registration at ${side.url}: ${answer.status} ${answer.body}`);
  return median(toldAt.map((at) => at - sentAt));
}
