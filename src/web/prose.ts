import { type Html, html } from './html.ts';

/** What is typed as it stands, in the sentences of findings and errors: flags, paths, commands. */
const TYPED =
  /((?<![\w-])--?[a-z][a-z0-9-]+(?:=[\w:/.-]*\w)?|\/new\?\w+=\w+(?:&\w+=\w+)*|etcdctl member \w+)/;

/** A sentence with what is typed set apart, so that no line is broken within a flag. */
export function renderProse(text: string): Html[] {
  return text
    .split(TYPED)
    .map((part, index) => (index % 2 === 1 ? html`<code class="typed">${part}</code>` : html`${part}`));
}
