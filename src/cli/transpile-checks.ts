import { lintEtcd } from '../boot-config/lint/lint-etcd.ts';
import type { CallOptions } from '../join/options.ts';
import { parseClusterSize } from '../registry/cluster-size.ts';
import { readAdminToken } from '../server/load-settings.ts';
import { readEtcdSettings, type TranspileOptions, transpile } from '../transpile/public.ts';
import type { CliContext } from './command.ts';
import { callOptionsOf } from './service-arguments.ts';
import { askService } from './service-command.ts';
import { TranspileFailure } from './transpile-failure.ts';
import { type TokenSource, type TranspiledWithToken, transpileWithToken } from './transpile-token.ts';

/** A way to transpile a configuration, and to say something beside that. */
export type TranspileAs = (
  input: Uint8Array,
  options: TranspileOptions,
) => TranspiledWithToken | Promise<TranspiledWithToken>;

const transpileLinted: TranspileAs = (input, options) => {
  const transpiled = transpile(input, options);
  const etcd = transpiled.output === undefined ? undefined : readEtcdSettings(input, options);
  return { transpiled, findings: etcd === undefined ? [] : lintEtcd(etcd, {}), notices: [] };
};

function tokenSourceOf(values: ReadonlyMap<string, string>): TokenSource {
  const service = values.get('token-from') ?? '';
  if (!/^https?:\/\//i.test(service) || !URL.canParse(service))
    throw new TranspileFailure(`-token-from takes the URL of a service, and not ${JSON.stringify(service)}`);
  const size = values.get('size');
  const adminTokenFile = values.get('admin-token-file');
  return {
    service: service.replace(/\/+$/, ''),
    size: size === undefined ? undefined : parseClusterSize(size),
    adminToken: adminTokenFile === undefined ? undefined : readAdminToken(adminTokenFile),
  };
}

/** Runs the command with `--lint`, or with `--token-from`, which comes with it. Answers the exit code. */
export function withChecks(
  values: ReadonlyMap<string, string>,
  context: CliContext,
  run: (transpileAs: TranspileAs) => Promise<number>,
): Promise<number> {
  if (!values.has('token-from')) return run(transpileLinted);
  return askService('transpile', context, (signal) =>
    run((input, options) => {
      const call: CallOptions = callOptionsOf(Object.fromEntries(values), signal);
      return transpileWithToken(input, options, tokenSourceOf(values), call);
    }),
  );
}
