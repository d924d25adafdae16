import { checkDuplicates } from '../checks/duplicates.ts';
import { type Section, texts } from './declare.ts';

/** Arguments on the kernel's command line. */
export const kernelArguments: Section = {
  name: 'the kernel arguments',
  fields: { shouldExist: texts(), shouldNotExist: texts() },
  // An argument that should and should not be there is refused too.
  checks: [checkDuplicates({ lists: [{ key: 'shouldExist' }, { key: 'shouldNotExist' }], isShared: true })],
};
