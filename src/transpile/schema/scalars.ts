import { isNullWord, type Resolved, resolveScalar } from '../yaml/resolve.ts';
import type { Type } from './type.ts';

const NOTHING_TO_CHECK = (): void => {};

/** @param accept the value of what the scalar resolves to; undefined if it does not fit */
function scalarType<T>(
  name: string,
  zero: T,
  accept: (resolved: Resolved, text: string) => T | undefined,
): Type<T> {
  return {
    name,
    isUnchecked: true,
    zero: () => zero,
    read(node, current, reader) {
      if (node.kind !== 'scalar') {
        reader.misfit(node, node.kind === 'sequence' ? '!!seq' : '!!map', name);
        return current;
      }
      const { resolved, tag } = resolveScalar(node);
      if (resolved.kind === 'null') return zero;
      const value = accept(resolved, node.value);
      if (value === undefined) reader.misfit(node, tag, name);
      return value ?? current;
    },
    check: NOTHING_TO_CHECK,
  };
}

/** Any scalar, as it is written, in a type that errors call by a name of its own. */
export function textNamed(name: string): Type<string> {
  const typed = scalarType(name, '', (resolved, written) =>
    resolved.kind === 'text' ? resolved.value : written,
  );
  return {
    ...typed,
    read(node, current, reader) {
      // Nearly all are such, and need not be typed.
      if (node.kind === 'scalar' && node.tag === '' && !(node.isPlain && isNullWord(node.value)))
        return node.value;
      return typed.read(node, current, reader);
    },
  };
}

/** Any scalar, as it is written. */
export const text: Type<string> = textNamed('string');

const INT_LIMIT = 2 ** 63;
const UINT_LIMIT = 2 ** 64;
const INT_MIN = -(2n ** 63n);
const INT_MAX = 2n ** 63n - 1n;
const UINT_MAX = 2n ** 64n - 1n;

/**
 * Go cuts floats off. The processors that `ct` ran on make the least number, as 64 bits, of one that does not fit; the
 * library lets such through below zero, and where it is the limit itself.
 */
function ofFloat(value: number, limit: number): bigint | undefined {
  if (!(value <= limit)) return undefined;
  const isInRange = value >= -INT_LIMIT && value < limit;
  return isInRange ? BigInt(Math.trunc(value)) : INT_MIN;
}

function ofInteger(value: bigint, min: bigint, max: bigint): bigint | undefined {
  return value < min || value > max ? undefined : value;
}

/** A whole number of 64 bits. */
export const int: Type<bigint> = scalarType('int', 0n, (resolved) => {
  if (resolved.kind === 'float') return ofFloat(resolved.value, INT_LIMIT);
  return resolved.kind === 'int' ? ofInteger(resolved.value, INT_MIN, INT_MAX) : undefined;
});

/** A whole number of 64 bits that is not negative. Of a float, only the bits count. */
export const uint: Type<bigint> = scalarType('uint', 0n, (resolved) => {
  if (resolved.kind === 'int') return ofInteger(resolved.value, 0n, UINT_MAX);
  const value = resolved.kind === 'float' ? ofFloat(resolved.value, UINT_LIMIT) : undefined;
  return value === undefined ? undefined : BigInt.asUintN(64, value);
});

/** One of the words of YAML 1.1 for true and false. */
export const bool: Type<boolean> = scalarType('bool', false, (resolved) =>
  resolved.kind === 'bool' ? resolved.value : undefined,
);
