import type { Event, KeyValue } from '../../src/proto/kv_pb.ts';
import type {
  DeleteRangeResponse,
  PutResponse,
  RangeResponse,
  ResponseHeader,
  ResponseOp,
  TxnResponse,
} from '../../src/proto/rpc_pb.ts';
import type { Side, Timeline } from './timeline.ts';

/** Says what an answer says, in values that are equal where two sides that count differently say the same. */
export class Viewer {
  readonly #side: Side;
  readonly #timeline: Timeline;

  constructor(side: Side, timeline: Timeline) {
    this.#side = side;
    this.#timeline = timeline;
  }

  header(header: ResponseHeader | undefined): unknown {
    if (header === undefined) return undefined;
    return {
      includes: this.#timeline.since(this.#side, header.revision),
      // Ids and the term differ; whether they are there must not.
      has: [header.clusterId, header.memberId, header.raftTerm].map((id) => id !== 0n),
    };
  }

  keyValue(kv: KeyValue | undefined): unknown {
    if (kv === undefined) return undefined;
    return {
      key: text(kv.key),
      created: this.#timeline.exact(this.#side, kv.createRevision),
      modified: this.#timeline.exact(this.#side, kv.modRevision),
      version: kv.version,
      value: text(kv.value),
      lease: kv.lease,
    };
  }

  event({ type, kv, prevKv }: Event): unknown {
    return { type, kv: this.keyValue(kv), prevKv: this.keyValue(prevKv) };
  }

  range({ header, kvs, more, count }: RangeResponse): unknown {
    return { header: this.header(header), kvs: kvs.map((kv) => this.keyValue(kv)), more, count };
  }

  put({ header, prevKv }: Pick<PutResponse, 'header' | 'prevKv'>): unknown {
    return { header: this.header(header), prevKv: this.keyValue(prevKv) };
  }

  /** What a put that changes nothing must say, by a Range of its key. */
  repeatedPut({ header, kvs }: RangeResponse, withPrevious: boolean): unknown {
    return { header: this.header(header), prevKv: withPrevious ? this.keyValue(kvs[0]) : undefined };
  }

  deleteRange({ header, deleted, prevKvs }: DeleteRangeResponse): unknown {
    return { header: this.header(header), deleted, prevKvs: prevKvs.map((kv) => this.keyValue(kv)) };
  }

  txn(
    { header, succeeded, responses }: TxnResponse,
    viewOp: (response: ResponseOp, index: number) => unknown,
  ): unknown {
    return { header: this.header(header), succeeded, responses: responses.map(viewOp) };
  }

  responseOp({ response }: ResponseOp): unknown {
    switch (response.case) {
      case 'responseRange':
        return { range: this.range(response.value) };
      case 'responsePut':
        return { put: this.put(response.value) };
      case 'responseDeleteRange':
        return { delete: this.deleteRange(response.value) };
      default:
        return { case: response.case };
    }
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}
