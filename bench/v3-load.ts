import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { type Message, toBinary } from '@bufbuild/protobuf';
import type { ClientMethod } from '../src/grpc/client.ts';
import { formatMessage } from '../src/grpc/message-reader.ts';
import { repositoryRoot } from '../test/support/repository.ts';
import type { BenchContext } from './bench.ts';
import type { LoadFigures } from './fresh-load.ts';

const CONNECTIONS = 64;

const execute = promisify(execFile);

/** Sends one request again and again, or each of several once. Throws unless all were answered with a message. */
export async function runV3Load<I extends Message, O extends Message>(
  { dir, loadSeconds }: BenchContext,
  url: string,
  { path, input }: ClientMethod<I, O>,
  requests: readonly I[],
  connections: number = CONNECTIONS,
): Promise<LoadFigures> {
  const file = `${dir.path}/v3-load`;
  writeFileSync(file, Buffer.concat(requests.map((request) => formatMessage(toBinary(input, request)))));
  const program = `${repositoryRoot}dist/bench/v3-load-program.js`;
  const args = [program, url, path, String(connections), String(loadSeconds), file];
  const { stdout } = await execute(process.execPath, args);
  return JSON.parse(stdout) as LoadFigures;
}
