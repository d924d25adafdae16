/** The `name=url` pairs that etcd >= 2.0 registers. */
export interface NamedMember {
  readonly form: 'named';
  readonly name: string;
  readonly peerUrls: readonly string[];
}

/** The bare URL (or `host:port`) that etcd 0.4 registers under its name. */
export interface BareMember {
  readonly form: 'bare';
  readonly url: string;
}

/** What a member registers, in either of its forms. */
export type MemberValue = NamedMember | BareMember;

const BARE = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:\[[0-9a-fA-F:.%]+\]|[^\s/:=,[\]]+):[0-9]+\/?$/;

/**
 * Reads what a member registers, as etcd splits it: at commas, then at the first `=`; empty pieces are skipped
 * (etcd-io/etcd:pkg/types/urlsmap.go, NewURLsMap). Undefined where the text is neither form.
 * The text after `=` is not checked here: see `assertWelcome`.
 */
export function parseMemberValue(text: string): MemberValue | undefined {
  const pieces = text.split(',').filter((piece) => piece !== '');
  const pairs = pieces.map(splitPair);
  const name = pairs[0]?.name;
  if (name !== undefined && pairs.every((pair) => pair?.name === name)) {
    return { form: 'named', name, peerUrls: pairs.flatMap((pair) => (pair ? [pair.url] : [])) };
  }
  return BARE.test(text) ? { form: 'bare', url: text } : undefined;
}

function splitPair(piece: string): { name: string; url: string } | undefined {
  const equals = piece.indexOf('=');
  const name = piece.slice(0, Math.max(equals, 0));
  // A URL with a query has an equals sign too; a name cannot hold "://" or etcd's own parser would misread it.
  if (equals < 1 || name.includes('://')) return undefined;
  return { name, url: piece.slice(equals + 1) };
}
