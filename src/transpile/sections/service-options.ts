import { optional } from '../schema/collections.ts';
import { bool, int, text } from '../schema/scalars.ts';
import { type Fields, struct } from '../schema/struct.ts';
import type { Type } from '../schema/type.ts';
import { parseVersion, type Version } from '../text/version.ts';
import { ReadFailure } from '../yaml/failure.ts';
import type { OptionValue } from './service-unit.ts';

/** One option of a service. */
export interface ServiceOption {
  readonly key: string;
  readonly type: 'text' | 'int' | 'bool';
  readonly flag: string;
}

/** The options that are set, by their keys. */
export type OptionValues = Record<string, OptionValue | undefined>;

const TYPES: Readonly<Record<ServiceOption['type'], Type<OptionValue | undefined>>> = {
  text: optional(text) as Type<OptionValue | undefined>,
  int: optional(int) as Type<OptionValue | undefined>,
  bool: optional(bool) as Type<OptionValue | undefined>,
};

/** What a section with these options holds. */
export function optionsType(name: string, options: readonly ServiceOption[]): Type<OptionValues> {
  const fields = Object.fromEntries(options.map(({ key, type }) => [key, TYPES[type]]));
  return struct<OptionValues>(name, fields as Fields<OptionValues>);
}

/**
 * A version, which is read before the options of its section: it says which there are.
 *
 * @param name what errors call it by
 */
export function versionType(name: 'EtcdVersion' | 'FlannelVersion'): Type<Version | undefined> {
  return optional<Version>({
    name: `types.${name}`,
    isUnchecked: true,
    zero: () => ({ major: 0n, minor: 0n, patch: 0n, preRelease: '', metadata: '' }),
    read(node, current, reader) {
      const before = reader.problemCount;
      const written = text.read(node, '', reader);
      if (reader.problemCount > before) return current;
      const parsed = parseVersion(written);
      if (typeof parsed === 'string') throw new ReadFailure(parsed);
      return parsed;
    },
    check: () => {},
  });
}
