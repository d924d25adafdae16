import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { planReplacement } from '../cluster/replacement.ts';
import type { MemberState, SurveyedMember } from '../cluster/survey.ts';
import {
  commandsOf,
  formatReplacement,
  formatReplacementJson,
  type ReplacementReport,
} from './replace-output.ts';

/** docs/existing-clusters.md, seen from dist/src/cli. */
const PAGE = new URL('../../../docs/existing-clusters.md', import.meta.url);
const PRINTED = /(<!-- replace: begin -->\n)(.*)(<!-- replace: end -->)/s;

const member = (name: string, index: number, id: string, state: MemberState): SurveyedMember => ({
  ...{ id, name, state, isLearner: false },
  peerUrls: [`http://10.0.0.${index}:2380`],
  clientUrls: [`http://10.0.0.${index}:2379`],
});

const MEMBERS = [
  member('n1', 1, '3c96f8e0fdc61a2f', 'healthy'),
  member('n2', 2, 'a0dec53a6e0c9a47', 'healthy'),
  member('n3', 3, '8211f1d0f64f3269', 'silent'),
];

function report(name: string, more: Partial<ReplacementReport> = {}): ReplacementReport {
  const plan = planReplacement(MEMBERS, {
    ...{ member: name, peerUrls: undefined, isForced: false },
    registered: [],
  });
  assert(plan.kind === 'replacement');
  return {
    members: MEMBERS,
    plan,
    endpoints: ['http://10.0.0.1:2379', 'http://10.0.0.2:2379'],
    files: {},
    ...more,
  };
}

const plain = (text: string): string => text;

test('docs/existing-clusters.md shows what muster replace prints', () => {
  const page = readFileSync(PAGE, 'utf8');
  const printed = formatReplacement(report('n3'), 'flags', plain);
  const written = page.replace(
    PRINTED,
    (_, begin: string, __, end: string) => `${begin}\n\`\`\`\n${printed}\`\`\`\n\n${end}`,
  );
  assert.match(page, PRINTED);
  const { UPDATE_DOCS } = process.env;
  if (UPDATE_DOCS === '1') writeFileSync(PAGE, written);
  else assert.equal(page, written, 'run this test with UPDATE_DOCS=1');
});

test('formatReplacement() writes the settings of the new member in the form that is asked for', () => {
  const env = formatReplacement(report('n3'), 'env', plain);
  assert.match(env, /\nETCD_NAME=n3\nETCD_INITIAL_ADVERTISE_PEER_URLS=http:\/\/10\.0\.0\.3:2380\n/);
  const yaml = formatReplacement(report('n3'), 'yaml', plain);
  assert.match(
    yaml,
    /\nname: "n3"\n.*\ninitial-cluster: "n1=http:.*"\ninitial-cluster-state: "existing"\n$/s,
  );
});

test('the lines of etcdctl are quoted for a shell, and show files to endpoints behind TLS alone', () => {
  const files = { ca: '/etc/a folder/ca.crt', cert: '/c', key: '/k' };
  assert.ok(!formatReplacement(report('n3', { files }), 'flags', plain).includes('cacert'));
  const endpoints = ['https://10.0.0.1:2379'];
  const text = formatReplacement(report('n3', { files, endpoints }), 'flags', plain);
  assert.match(
    text,
    /\netcdctl --endpoints=https:\S+ '--cacert=\/etc\/a folder\/ca\.crt' --cert=\/c --key=\/k member remove/,
  );
});

test('formatReplacementJson() has the commands word by word, and what they rest on', () => {
  const made = report('n3');
  const document = JSON.parse(formatReplacementJson(made));
  assert.deepEqual(document.commands, commandsOf(made));
  assert.equal(document.remove, '8211f1d0f64f3269');
  assert.equal(document.initialClusterState, 'existing');
  assert.deepEqual(
    document.members.map(({ name, state }: SurveyedMember) => [name, state]),
    [
      ['n1', 'healthy'],
      ['n2', 'healthy'],
      ['n3', 'silent'],
    ],
  );
});
