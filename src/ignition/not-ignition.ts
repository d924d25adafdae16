/** What people hand over in place of an Ignition document, by its beginning. */
const OTHERS: readonly { readonly pattern: RegExp; readonly message: string }[] = [
  {
    pattern: /^\s*$/,
    message:
      'the document is empty; an Ignition document is a JSON object with {"ignition": {"version": ...}}',
  },
  { pattern: /^#cloud-config\s*(?:\n|$)/, message: 'this is a cloud-config, which Ignition does not read' },
  { pattern: /^#!/, message: 'this is a script, which Ignition does not read' },
  {
    pattern: /^\s*(?:#[^\n]*\n\s*)*variant\s*:/,
    message: 'this is a Butane configuration; the program butane makes an Ignition document of it',
  },
  {
    pattern:
      /^\s*(?:---\s*)?(?:#[^\n]*\n\s*)*(?:etcd|flannel|ignition|locksmith|networkd|passwd|storage|systemd|update)\s*:/,
    message:
      'this is YAML, as Container Linux Configs are; an Ignition document is the JSON that is made of it',
  },
  {
    pattern: /^\uFEFF/,
    message: 'the text begins with a byte order mark, which JSON does not have; save it without one',
  },
];

/** What a text is that is no JSON and yet well known; undefined for anything else. */
export function recognizeOther(text: string): string | undefined {
  // Whatever it is says so in its first lines.
  const beginning = text.length > 4096 ? `${text.slice(0, 4096)}x` : text;
  return OTHERS.find(({ pattern }) => pattern.test(beginning))?.message;
}
