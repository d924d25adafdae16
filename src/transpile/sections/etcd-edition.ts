import { type Findings, NO_FINDINGS, warning } from '../report.ts';
import type { Type } from '../schema/type.ts';
import { type OptionValues, optionsType, type ServiceOption } from './service-options.ts';

/** The options of a version of etcd, and what is to be said about it. */
export interface Edition {
  readonly options: readonly ServiceOption[];
  readonly type: Type<OptionValues>;
  readonly findings: Findings;
}

/** A version with these options. */
export function edition(options: readonly ServiceOption[], findings: Findings = NO_FINDINGS): Edition {
  return { options, type: optionsType('Etcd', options), findings };
}

/** For a minor version that is newer than those that are known. */
export const TOO_NEW_MINOR: Findings = warning(
  'Etcd minor version specified is too new, only options available in the previous minor version will be accepted',
);
