import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatReport,
  type ReportEntry,
  type TranspileOptions,
  transpile,
} from '../../src/transpile/public.ts';
import { missingPeers, peerDir } from '../support/peers.ts';
import { mistypedConfig, randomConfig } from './random-config.ts';

const skip = missingPeers('boot-formats');

/** What came of a configuration: a document, or what was said about it, entries in any order. */
type Outcome = { readonly output: string } | { readonly entries: readonly string[] };

const isError = ({ severity }: ReportEntry): boolean => severity === 'error';

function toOutcome(report: string): Outcome {
  // `ct` tells of unknown keys in an order that changes from run to run.
  return {
    entries: report
      .trim()
      .split(/\n(?=(?:error|warning|info)[: ])/)
      .sort(),
  };
}

/**
 * Flatcar's `ct` tells of nothing but errors and documents when it is told which other entries of the configuration
 * are fine; those about the document are told as well.
 */
function runCt(input: string, platform: string, allowed: readonly string[]): Outcome {
  const program = `${peerDir('boot-formats')}/ct`;
  const { status, stdout, stderr } = spawnSync(program, [platform, ...allowed], { input, encoding: 'utf8' });
  return status === 0 ? { output: stdout.trim() } : toOutcome(stderr);
}

/** @param count how many entries are about the configuration itself */
function runMuster(input: string, options: TranspileOptions, count: number): Outcome {
  const { output, report } = transpile(input, options);
  const about = report.slice(0, count).some(isError) ? report : report.slice(count);
  return output !== undefined && about.length === 0 ? { output } : toOutcome(formatReport(about));
}

function assertSame(input: string, platform: string): void {
  const options: TranspileOptions = { flatcar: true, positions: 'ct', platform };
  // With a platform that there is not, a configuration is only read and checked.
  const { report } = transpile(input, { ...options, platform: 'none' });
  const checks = report.filter(({ message }) => message !== 'unsupported platform');
  const allowed = checks.filter((entry) => !isError(entry)).map(({ message }) => message);
  assert.deepEqual(runMuster(input, options, checks.length), runCt(input, platform, allowed));
}

const platform = fc.constantFrom('', 'ec2', 'azure', 'openstack-metadata', 'custom', 'nowhere');

test('documents, reports and positions are those of the real ct', { skip }, () => {
  fc.assert(fc.property(randomConfig, platform, assertSame), { numRuns: 400 });
});

test('errors of type are those of the real ct', { skip }, () => {
  fc.assert(fc.property(mistypedConfig, platform, assertSame), { numRuns: 150 });
});
