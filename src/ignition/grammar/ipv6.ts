/** Whether a text is an IPv6 address, without a zone. Written out, since browsers have no `node:net`. */
export function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const [head = '', tail] = halves;
  const groups = [...groupsOf(head, tail === undefined), ...groupsOf(tail ?? '', true)];
  if (groups.includes(undefined)) return false;
  const count = groups.reduce((sum: number, size) => sum + (size ?? 0), 0);
  return tail === undefined ? count === 8 : count < 8;
}

/** How many groups of 16 bits each part stands for; undefined for one that is none. IPv4 may stand last. */
function groupsOf(text: string, isLast: boolean): (number | undefined)[] {
  if (text === '') return [];
  const parts = text.split(':');
  return parts.map((part, index) => {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) return 1;
    return isLast && index === parts.length - 1 && isIpv4(part) ? 2 : undefined;
  });
}

function isIpv4(text: string): boolean {
  const bytes = text.split('.');
  return bytes.length === 4 && bytes.every((byte) => /^(?:0|[1-9]\d{0,2})$/.test(byte) && Number(byte) < 256);
}
