import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { type Muster, startMuster } from '../support/muster.ts';
import { repositoryRoot } from '../support/repository.ts';
import { findTool, read, readYaml, type Yaml } from './files.ts';

const RULES = 'deploy/prometheus/muster-rules.yaml';
const PAGE = 'docs/operations.md';

let muster: Muster;
/** The type of every metric that a running Muster has, by its name. */
let metrics: ReadonlyMap<string, string>;

before(async () => {
  muster = await startMuster();
  const text = await (await fetch(`${muster.url}/metrics`)).text();
  metrics = new Map(
    [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type = '']) => [name, type]),
  );
  assert(metrics.size > 20);
});
after(() => muster[Symbol.asyncDispose]());

/** The names of metrics in a text. */
function namedIn(text: string): readonly string[] {
  return text.match(/\b(?:muster|process|nodejs)_[a-z0-9_]+\b/g) ?? [];
}

/** Whether a running Muster has a metric or, of a histogram, a series of that name. */
function isMetric(name: string): boolean {
  return metrics.has(name) || metrics.get(name.replace(/_(?:bucket|sum|count)$/, '')) === 'histogram';
}

test('every metric has its row in docs/operations.md, and every row its metric', () => {
  const rows = [...read(PAGE).matchAll(/^\| `((?:muster|process|nodejs)_\w+)` /gm)].map(
    ([, name = '']) => name,
  );
  assert.deepEqual([...rows].sort(), [...metrics.keys()].sort());
});

test('every metric that the page or an alert rule names is there', () => {
  const [{ groups }] = readYaml(RULES) as [Yaml];
  const rules: Yaml[] = groups.flatMap((group: Yaml) => group.rules);
  for (const { alert, expr, labels, annotations } of rules) {
    assert.match(alert, /^Muster[A-Z]/);
    assert(labels.severity && annotations.summary, alert);
    const names = namedIn(expr);
    assert(names.length > 0 || alert === 'MusterDown', alert);
    for (const name of names) assert(isMetric(name), `${alert}: ${name}`);
  }
  for (const name of namedIn(read(PAGE))) assert(isMetric(name), `${PAGE}: ${name}`);
});

test('every alert rule is told on the page', () => {
  const [{ groups }] = readYaml(RULES) as [Yaml];
  const alerts = groups.flatMap((group: Yaml) => group.rules.map((rule: Yaml) => rule.alert));
  const rows = [...read(PAGE).matchAll(/^\| `(Muster[A-Z]\w+)` /gm)].map(([, name]) => name);
  assert.deepEqual(rows, alerts);
});

test('Prometheus takes the alert rules', (t) => {
  const tool = findTool(t, 'promtool', `that Prometheus takes ${RULES}`);
  if (tool === undefined) return;
  const run = spawnSync(tool, ['check', 'rules', RULES], { cwd: repositoryRoot, encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr);
});

test('HAProxy takes its settings', (t) => {
  const tool = findTool(t, 'haproxy', 'that HAProxy takes deploy/haproxy/haproxy.cfg');
  if (tool === undefined) return;
  const run = spawnSync(tool, ['-c', '-f', 'deploy/haproxy/haproxy.cfg'], {
    cwd: repositoryRoot,
    encoding: 'utf8',
  });
  assert.equal(run.status, 0, run.stderr);
});
