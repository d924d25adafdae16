import { Counter, Histogram, type Registry } from 'prom-client';
import type { RouteName } from './router.ts';

/** Upper bounds of the buckets, in seconds. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** The answers of one route, counted. */
class RouteFigures {
  readonly byStatus = new Map<number, number>();
  /** How many took at most as long as each bound and longer than the one before; last, those over all bounds. */
  readonly buckets: number[] = new Array<number>(BUCKETS.length + 1).fill(0);
  sumSeconds = 0;

  count(status: number): void {
    this.byStatus.set(status, (this.byStatus.get(status) ?? 0) + 1);
  }

  time(seconds: number): void {
    let bucket = 0;
    while (bucket < BUCKETS.length && seconds > (BUCKETS[bucket] as number)) bucket++;
    this.buckets[bucket] = (this.buckets[bucket] as number) + 1;
    this.sumSeconds += seconds;
  }
}

const HISTOGRAM_NAME = 'muster_http_request_seconds';
const HISTOGRAM_HELP = 'Time from a request to its answer, watches aside.';

/** One line of the text form. */
interface HistogramValue {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** What the package's registry asks of a metric when it writes its text; not among its types. */
interface HistogramText {
  readonly name: string;
  readonly help: string;
  readonly type: 'histogram';
  readonly values: readonly HistogramValue[];
}

/** A histogram whose figures are kept elsewhere and read at each scrape. */
class RouteHistogram extends Histogram<'route'> {
  readonly #figures: ReadonlyMap<RouteName, RouteFigures>;

  constructor(registry: Registry, figures: ReadonlyMap<RouteName, RouteFigures>) {
    super({ name: HISTOGRAM_NAME, help: HISTOGRAM_HELP, labelNames: ['route'], registers: [registry] });
    this.#figures = figures;
  }

  async getForPromString(): Promise<HistogramText> {
    const values = [...this.#figures].flatMap(([route, figures]) => valuesOf(route, figures));
    return { name: HISTOGRAM_NAME, help: HISTOGRAM_HELP, type: 'histogram', values };
  }
}

function valuesOf(route: RouteName, { buckets, sumSeconds }: RouteFigures): HistogramValue[] {
  let count = 0;
  const values: HistogramValue[] = buckets.map((inBucket, place) => {
    count += inBucket;
    const labels = { le: BUCKETS[place] ?? '+Inf', route };
    return { metricName: `${HISTOGRAM_NAME}_bucket`, labels, value: count };
  });
  if (count === 0) return [];
  return [
    ...values,
    { metricName: `${HISTOGRAM_NAME}_sum`, labels: { route }, value: sumSeconds },
    { metricName: `${HISTOGRAM_NAME}_count`, labels: { route }, value: count },
  ];
}

/**
 * Counts answered requests by route and status, and times them by route. The package's own counters look every
 * label up again for each request, which made a read an eighth slower.
 *
 * @returns counts one answer; the time of a watch says how long its client waited, so it is not kept
 */
export function createRequestMetrics(
  registry: Registry,
): (route: RouteName, status: number, seconds: number) => void {
  const figures = new Map<RouteName, RouteFigures>();
  new Counter({
    name: 'muster_http_requests_total',
    help: 'Answered HTTP requests, by what they were about and by status.',
    labelNames: ['route', 'status'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [route, { byStatus }] of figures) {
        for (const [status, count] of byStatus) this.inc({ route, status: String(status) }, count);
      }
    },
  });
  new RouteHistogram(registry, figures);
  return (route, status, seconds) => {
    let own = figures.get(route);
    if (own === undefined) {
      own = new RouteFigures();
      figures.set(route, own);
    }
    own.count(status);
    if (route !== 'watch') own.time(seconds);
  };
}
