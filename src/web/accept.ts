/**
 * Whether a client asks for a page, as browsers do by name. `*\/*`, which curl sends, and no header at all, as etcd
 * sends none, ask for what the API answers.
 */
export function acceptsHtml(accept: string | undefined): boolean {
  if (accept === undefined || !/text\/html/i.test(accept)) return false;
  return accept.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((text) => text.trim().toLowerCase());
    return type === 'text/html' && !parameters.some((text) => /^q=0(?:\.0*)?$/.test(text));
  });
}
