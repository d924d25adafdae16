import { type Exchange, send } from '../../http/exchange.ts';
import { formatJson } from './documents.ts';
import { formatError, RequestError } from './errors.ts';

/** What the store says of itself in the headers of a success. */
export interface IndexHeaders {
  readonly clusterId: string;
  /** X-Etcd-Index: at least the index of everything in the answer, and below that of everything later. */
  readonly index: number;
  readonly revision: number;
}

/** The headers of a success. Muster has no terms: `X-Raft-Term` stays 1. */
export function indexHeaders({ clusterId, index, revision }: IndexHeaders): string[] {
  return [
    'X-Etcd-Cluster-Id',
    clusterId,
    'X-Etcd-Index',
    String(index),
    'X-Raft-Index',
    String(revision),
    'X-Raft-Term',
    '1',
  ];
}

/**
 * Words an error for the client. Both the status and the JSON body carry it, since etcd 2.0 reads only the
 * status and later ones only the body.
 *
 * @param revision the store's revision now
 */
export function sendError(
  exchange: Exchange,
  error: unknown,
  key: string,
  clusterId: string,
  revision: number,
): void {
  const { status, errorCode, message, cause } = formatError(error, key);
  const index = error instanceof RequestError && error.isMalformed ? 0 : revision;
  const headers = ['X-Etcd-Cluster-Id', clusterId, 'X-Etcd-Index', String(index)];
  send(exchange, status, 'application/json', formatJson({ errorCode, message, cause, index }), headers);
}
