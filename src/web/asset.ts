/** A file that pages name, as it is served: under a name that changes with its content, so that it may be kept for ever. */
export interface Asset {
  readonly path: string;
  readonly contentType: string;
  readonly body: Uint8Array;
}
