/** What a token is, apart from its members. Kept for a while after the token's end, as its tombstone. */
export interface TokenRecord {
  readonly size: number;
  /** Milliseconds since the Unix epoch, as all times of a record. */
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly revokedAt?: number;
  /** The digest of the management secret, in hex (`digestManagementSecret`); absent for a token of `/new`. */
  readonly secretDigest?: string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The bytes of a record as they are stored. */
export function formatRecord(record: TokenRecord): Uint8Array {
  return encoder.encode(JSON.stringify(record));
}

/** Reads a stored record; undefined where the bytes are not one. */
export function parseRecord(bytes: Uint8Array): TokenRecord | undefined {
  const record = parseJsonObject(bytes) as Partial<TokenRecord> | undefined;
  if (record === undefined) return undefined;
  const { size, createdAt, expiresAt } = record;
  const numbers = [size, createdAt, expiresAt].every((field) => typeof field === 'number');
  return numbers ? (record as TokenRecord) : undefined;
}

/** A JSON object from stored bytes; undefined where they are not one. */
export function parseJsonObject(bytes: Uint8Array): object | undefined {
  try {
    const value: unknown = JSON.parse(decoder.decode(bytes));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
