/** A page for people, or what belongs to one. */
export type WebRoute =
  | { readonly kind: 'home' }
  /** Takes the form of the home page. */
  | { readonly kind: 'new-form' }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'findings' }
  | { readonly kind: 'transpile' }
  | { readonly kind: 'asset'; readonly path: string }
  /** A path that names nothing, with the reason. */
  | { readonly kind: 'none'; readonly reason: string; readonly remedy: string };

/** The pages, and the files of pages, that every client is answered alike; undefined for every other path. */
export function parseOwnPath(path: string): WebRoute | undefined {
  if (path === '/transpile') return { kind: 'transpile' };
  if (!path.startsWith('/-/')) return undefined;
  if (path === '/-/new') return { kind: 'new-form' };
  if (path === '/-/findings') return { kind: 'findings' };
  return { kind: 'asset', path };
}
