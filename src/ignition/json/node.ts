/** Where a value stands: offsets into the text, the end exclusive. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** A key of an object with its value. Keys may come twice; JSON leaves open what that means. */
export interface JsonMember {
  readonly key: string;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly value: JsonNode;
}

export interface JsonObject extends Span {
  readonly kind: 'object';
  readonly members: readonly JsonMember[];
}

export interface JsonArray extends Span {
  readonly kind: 'array';
  readonly items: readonly JsonNode[];
}

export interface JsonString extends Span {
  readonly kind: 'string';
  readonly value: string;
}

/** A number as it was written: whole numbers of 64 bits have to stay exact. */
export interface JsonNumber extends Span {
  readonly kind: 'number';
  readonly text: string;
}

export interface JsonBoolean extends Span {
  readonly kind: 'boolean';
  readonly value: boolean;
}

export interface JsonNull extends Span {
  readonly kind: 'null';
}

/** A value of a JSON document, with its place. */
export type JsonNode = JsonObject | JsonArray | JsonString | JsonNumber | JsonBoolean | JsonNull;
