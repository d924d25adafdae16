import { constants, type ServerHttp2Stream } from 'node:http2';

/** Answers a stream that is no gRPC call with a status of HTTP and a line of text. */
export function refuseStream(stream: ServerHttp2Stream, status: number, text: string): void {
  if (stream.destroyed || stream.closed) return;
  stream.respond({ ':status': status, 'content-type': 'text/plain; charset=utf-8' });
  stream.end(`${text}\n`, () => stream.close(constants.NGHTTP2_NO_ERROR));
}
