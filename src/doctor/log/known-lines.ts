import type { KnownLine } from './known-line.ts';
import { PEER_LINES } from './lines-of-peers.ts';
import { SERVICE_LINES } from './lines-of-service.ts';
import { SETTING_LINES } from './lines-of-settings.ts';
import { STEP_LINES } from './lines-of-steps.ts';
import { TOKEN_LINES, TOKEN_WAS_USED } from './lines-of-token.ts';

/** Every line that is known. The first that fits counts, so that what is narrower comes before what is wider. */
export const KNOWN_LINES: readonly KnownLine[] = [
  ...SETTING_LINES,
  ...STEP_LINES,
  ...TOKEN_LINES,
  ...SERVICE_LINES,
  ...PEER_LINES,
  TOKEN_WAS_USED,
];
