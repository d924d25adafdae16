import { Counter, type Registry } from 'prom-client';

/** Told of the end of every gRPC call: its path out of those that there are, and its status code. */
export type CountCall = (path: string, status: number) => void;

/** Counts calls in plain numbers, which become a metric when it is asked for: looking labels up costs more. */
export function createCallMetrics(registry: Registry): CountCall {
  const counts = new Map<string, number[]>();
  new Counter({
    name: 'muster_grpc_calls_total',
    help: 'gRPC calls that have ended, by method and by status code. A watch counts when it ends.',
    labelNames: ['method', 'code'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [path, byStatus] of counts) {
        byStatus.forEach((count, code) => {
          if (count > 0) this.inc({ method: path.slice(1), code }, count);
        });
      }
    },
  });
  return (path, status) => {
    let byStatus = counts.get(path);
    if (byStatus === undefined) {
      byStatus = new Array<number>(STATUS_CODES).fill(0);
      counts.set(path, byStatus);
    }
    byStatus[status] = (byStatus[status] ?? 0) + 1;
  };
}

/** gRPC has the codes 0 to 16. */
const STATUS_CODES = 17;
