import { fileURLToPath } from 'node:url';

/** The root folder of this repository, with a slash at its end. Compiled tests run in dist/test/support. */
export const repositoryRoot: string = fileURLToPath(new URL('../../../', import.meta.url));
