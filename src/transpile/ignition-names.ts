const known = new Map<string, string>();

/** What Ignition calls a key of a Container Linux Config: `type_guid` is `typeGuid`. */
export function toIgnitionName(key: string): string {
  if (!key.includes('_')) return key;
  let name = known.get(key);
  if (name === undefined) {
    name = key.replace(/_+(.?)/gsu, (_match, letter: string) => letter.toUpperCase());
    // Keys come from outside, and there is no end of them.
    if (known.size < 1000) known.set(key, name);
  }
  return name;
}
