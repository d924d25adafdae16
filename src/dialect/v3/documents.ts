import { create } from '@bufbuild/protobuf';
import {
  type Event,
  Event_EventType,
  EventSchema,
  type KeyValue,
  KeyValueSchema,
} from '../../proto/kv_pb.ts';
import { type ResponseHeader, ResponseHeaderSchema } from '../../proto/rpc_pb.ts';
import type { Entry, WatchEvent } from '../../store/store.ts';
import { type Route, toChars } from './route.ts';

const NO_BYTES = new Uint8Array();

/** Makes the header of every answer, one object for each revision; a client of etcd crashes without one. */
export type FormatHeader = (revision: number) => ResponseHeader;

/** @param clusterId 16 hex digits. Muster counts as a cluster with one member, which has the same id. */
export function createHeaderFormat(clusterId: string): FormatHeader {
  const id = BigInt(`0x${clusterId}`);
  const format = (revision: number): ResponseHeader =>
    create(ResponseHeaderSchema, {
      clusterId: id,
      memberId: id,
      revision: BigInt(revision),
      raftTerm: 1n,
    });
  // Between two writes, all answers have the same one.
  let newestRevision = 0;
  let newest = format(newestRevision);
  return (revision) => {
    if (revision !== newestRevision) {
      newest = format(revision);
      newestRevision = revision;
    }
    return newest;
  };
}

/** An entry in the spelling of the keys that were asked for. */
export function formatKeyValue({ prefix }: Route, entry: Entry, keysOnly = false): KeyValue {
  return create(KeyValueSchema, {
    key: encodeKey(prefix, entry.key),
    createRevision: BigInt(entry.createRevision),
    modRevision: BigInt(entry.modRevision),
    version: BigInt(entry.version),
    value: keysOnly ? NO_BYTES : entry.value,
  });
}

/** One event of a watch. */
export function formatEvent(route: Route, event: WatchEvent, revision: number, withPrevious: boolean): Event {
  const previous =
    withPrevious && event.previous !== undefined ? { prevKv: formatKeyValue(route, event.previous) } : {};
  if (event.type === 'put') {
    return create(EventSchema, {
      type: Event_EventType.PUT,
      kv: formatKeyValue(route, event.entry),
      ...previous,
    });
  }
  return create(EventSchema, {
    type: Event_EventType.DELETE,
    kv: create(KeyValueSchema, {
      key: encodeKey(route.prefix, event.key),
      modRevision: BigInt(revision),
    }),
    ...previous,
  });
}

/** The prefix has one character for each byte; the key below it is text. */
function encodeKey(prefix: string, key: string): Uint8Array {
  return Buffer.from(prefix + toChars(key), 'latin1');
}
