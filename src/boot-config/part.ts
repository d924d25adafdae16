import type { BootFile } from './request.ts';

/** What one platform makes of a plan; the notes that hold for all of them come beside it. */
export interface PlatformPart {
  readonly files: readonly BootFile[];
  readonly notes: readonly string[];
}
