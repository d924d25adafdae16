import { GRPC_STATUS, GrpcError } from './status.ts';

/** One byte that says whether the message is compressed, and its length as 4 bytes, big endian. */
export const MESSAGE_HEAD_BYTES = 5;

/**
 * Cuts a stream of bytes into gRPC messages
 * (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, "Length-Prefixed-Message").
 */
export class MessageReader {
  readonly #maxBytes: number;
  #held: Buffer | undefined;

  /** @param maxBytes the longest message that is taken */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether a message has begun and is not whole. */
  get isWithin(): boolean {
    return this.#held !== undefined;
  }

  /**
   * The messages that are whole with these bytes.
   *
   * @throws GrpcError `resource-exhausted` for a message that is too long, before it is there, and `unimplemented` for
   *   a compressed one
   */
  read(chunk: Buffer): Buffer[] {
    let bytes = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = undefined;
    const messages: Buffer[] = [];
    while (bytes.length >= MESSAGE_HEAD_BYTES) {
      const end = MESSAGE_HEAD_BYTES + this.#lengthOf(bytes);
      if (bytes.length < end) break;
      messages.push(bytes.subarray(MESSAGE_HEAD_BYTES, end));
      bytes = bytes.subarray(end);
    }
    if (bytes.length > 0) this.#held = bytes;
    return messages;
  }

  #lengthOf(head: Buffer): number {
    const length = head.readUInt32BE(1);
    if (length > this.#maxBytes) {
      // The words of grpc-go, which people search for.
      throw new GrpcError(
        GRPC_STATUS.resourceExhausted,
        `grpc: received message larger than max (${length} vs. ${this.#maxBytes})`,
      );
    }
    if (head[0] !== 0) {
      throw new GrpcError(
        GRPC_STATUS.unimplemented,
        'compressed messages are not taken here; send them with grpc-encoding: identity',
      );
    }
    return length;
  }
}

/** A message as it stands on the wire, from the parts of its bytes. */
export function formatMessage(...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const frame = Buffer.allocUnsafe(MESSAGE_HEAD_BYTES + length);
  frame[0] = 0;
  frame.writeUInt32BE(length, 1);
  let at = MESSAGE_HEAD_BYTES;
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}
