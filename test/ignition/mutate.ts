import type { Random } from '../support/seeded-random.ts';
import { copyTree, formatTree, replaceAt, type Slot, slotsOf, type Tree, treeOf, valueAt } from './tree.ts';

const text = (value: string): string => JSON.stringify(value);

/** Values that some key or other is particular about, as JSON. */
const VALUES: readonly string[] = [
  ...[
    '""',
    '"x"',
    '"/"',
    '"a/b"',
    '"/a//b"',
    '"/a/../b"',
    '"/a/"',
    '"/etc/motd"',
    '"/srv/www"',
    '"/opt/tool"',
  ],
  ...['"/etc/localtime/x"', '"../a"', '"/etc/systemd/system/hello.service"', '"/dev/sda"', '"root"', '"oem"'],
  ...['"https://"', '"http://[::1"', '"http://[::1]:80/"', '"http://a:b:c/"', '"http://a b/"', '"ftp://x/y"'],
  ...[
    '"HTTPS://EXAMPLE.COM"',
    '"http://x/%zz"',
    '"//x"',
    '":x"',
    '"1x:y"',
    '"x:y"',
    '"http://u@h:1x/"',
    '"oem:///a"',
  ],
  ...[
    '"data:"',
    '"data:,"',
    '"data:,a b"',
    '"data:,%zz"',
    '"data:,%2"',
    '"data:;base64,AA=="',
    '"data:;base64,AA"',
  ],
  ...[
    '"data:;base64,A=A="',
    '"DATA:,x"',
    '"data:text,x"',
    '"data:text/plain;charset=a,x"',
    '"data:foo/bar,x"',
  ],
  ...['"data:;x,y"', '"data:;a=\\"b\\",x"', '"data:,a#b"', '"data:x-y/z,1"', '"data:text/html;a=%zz,1"'],
  ...[
    '"s3://b/k?versionId="',
    '"s3://b/k?versionId=1"',
    '"arn:aws:s3:::b"',
    '"arn:aws:s3:::b/k"',
    '"arn:aws:ec2:::b/k"',
  ],
  ...[
    '"arn:aws:s3:::b/k?versionId="',
    '"arn:aws:s3:::accesspoint/x"',
    '"gs://b/k"',
    '"tftp://h/f"',
    '"arn:x"',
  ],
  ...[
    '"sha512-abc"',
    '"md5-abc"',
    '"sha512"',
    text(`sha256-${'a'.repeat(64)}`),
    text(`sha512-${'é'.repeat(64)}`),
  ],
  ...[
    '"01234567-89AB-CDEF-EDCB-A98765432101"',
    '"01234567"',
    '"a:b"',
    text('l'.repeat(37)),
    text('é'.repeat(18)),
  ],
  ...[
    '"ext4"',
    '"vfat"',
    '"swap"',
    '"none"',
    '"zfs"',
    text('l'.repeat(17)),
    text('l'.repeat(12)),
    text('l'.repeat(48)),
  ],
  ...[
    '"raid0"',
    '"0"',
    '"linear"',
    '"raid9"',
    '"raid10"',
    '"gzip"',
    '"bzip2"',
    '"tpm2"',
    '"tang"',
    '"{}"',
    '"{"',
  ],
  ...[
    '"foo.service"',
    '"foo.conf"',
    '"foo"',
    '"a.b/c"',
    '"foo.network"',
    '"hello.service"',
    '"ROOT"',
    '"core"',
  ],
  ...[
    '"[Unit]\\nA=b\\n"',
    '"[Unit]\\nfoo\\n"',
    '"[Unit"',
    '"[Unit] x\\n"',
    '"[Unit]\\nA"',
    '"A=b"',
    '"[Install]\\n"',
  ],
  ...[
    '"[Install]\\nA=b"',
    '"[A]\\r\\nB=c\\\\\\r\\n"',
    '"# c \\\\\\n[x\\n[U]\\n\\n;d\\nA = \\\\\\n\\nB=1"',
    text(`[U]\nA=${'b'.repeat(3000)}`),
  ],
  ...[
    text(`[U]\n${'A=bbbbbbbbbbbb\n'.repeat(400)}B=${'c'.repeat(2100)}`),
    text(`${'x'.repeat(2048)}`),
    text('[U]\nA=é\\\n é'),
  ],
  ...[
    '0',
    '1',
    '2',
    '-1',
    '3',
    '8',
    '511',
    '512',
    '1024',
    '2048',
    '2049',
    '4095',
    '4096',
    '8192',
    '-0',
    '1.0',
    '1e3',
    '0.5',
  ],
  ...[
    '9223372036854775807',
    '9223372036854775808',
    '-9223372036854775808',
    '18446744073709551615',
    '4294967296',
  ],
  ...[
    'true',
    'false',
    'null',
    '[]',
    '{}',
    '[null]',
    '[[]]',
    '{"a": 1}',
    '[""]',
    '["x", "x"]',
    '[{}]',
    '[{}, {}]',
  ],
];

/** Keys that some spec has somewhere, and some that none has. */
const KEYS: readonly string[] = [
  ...[
    'version',
    'config',
    'append',
    'merge',
    'replace',
    'source',
    'verification',
    'hash',
    'compression',
    'httpHeaders',
  ],
  ...[
    'timeouts',
    'security',
    'proxy',
    'disks',
    'raid',
    'luks',
    'filesystems',
    'files',
    'directories',
    'links',
    'device',
  ],
  ...[
    'partitions',
    'label',
    'number',
    'size',
    'start',
    'sizeMiB',
    'startMiB',
    'guid',
    'typeGuid',
    'shouldExist',
    'resize',
  ],
  ...[
    'wipeTable',
    'name',
    'mount',
    'path',
    'format',
    'create',
    'options',
    'mountOptions',
    'filesystem',
    'mode',
    'user',
  ],
  ...[
    'group',
    'overwrite',
    'contents',
    'target',
    'hard',
    'units',
    'enable',
    'enabled',
    'mask',
    'dropins',
    'uid',
    'id',
  ],
  ...[
    'networkd',
    'kernelArguments',
    'shouldNotExist',
    'clevis',
    'custom',
    'tang',
    'pin',
    'threshold',
    'cex',
    'discard',
  ],
  ...['comment', '', 'Path', 'NAME', 'ıd', 'ſource', '\u212aeyFile', '__proto__', 'constructor'],
];

/** Ways to spoil the structure. Each changes the tree in place. */
const CHANGES: readonly ((root: Tree, others: readonly Tree[], random: Random) => void)[] = [
  function dropValue(root, _, random) {
    const { parent, index } = random.pick(slotsOf(root));
    if (parent.kind === 'object') parent.members.splice(index, 1);
    else parent.items.splice(index, 1);
  },
  function repeatValue(root, _, random) {
    const slot = random.pick(slotsOf(root));
    const { parent, index } = slot;
    const copy = copyTree(valueAt(slot));
    if (parent.kind === 'array') parent.items.push(copy);
    else
      parent.members.push([
        parent.members[index]?.[0] ?? '',
        random.chance(0.5) ? copy : randomValue(random),
      ]);
  },
  function renameKey(root, _, random) {
    const { parent, index } = random.pick(slotsOf(root).filter((slot) => slot.parent.kind === 'object'));
    const member = parent.kind === 'object' ? parent.members[index] : undefined;
    if (member === undefined) return;
    const [key] = member;
    const at = random.integer(0, Math.max(0, key.length - 1));
    const changed = [
      `${key.slice(0, at)}${key.slice(at + 1)}`,
      key.toUpperCase(),
      `${key.charAt(0).toUpperCase()}${key.slice(1)}`,
      random.pick(KEYS),
    ];
    member[0] = random.pick(changed);
  },
  function addKey(root, _, random) {
    const objects = [root, ...slotsOf(root).map(valueAt)].filter((one) => one.kind === 'object');
    random.pick(objects).members.push([random.pick(KEYS), randomValue(random)]);
  },
  function setValue(root, _, random) {
    replaceAt(random.pick(slotsOf(root)), randomValue(random));
  },
  function setScalar(root, _, random) {
    const scalars = slotsOf(root).filter((slot) => valueAt(slot).kind === 'scalar');
    replaceAt(random.pick(scalars), randomValue(random));
  },
  function moveValue(root, _, random) {
    const slots = slotsOf(root);
    replaceAt(random.pick(slots), copyTree(valueAt(random.pick(slots))));
  },
  function borrowSection(root, others, random) {
    // The same key as another spec has it.
    const slot = random.pick(slotsOf(root).filter((one) => one.parent.kind === 'object'));
    const candidates = slotsOf(random.pick(others)).filter((other) => keyOf(other) === keyOf(slot));
    if (candidates.length > 0) replaceAt(slot, copyTree(valueAt(random.pick(candidates))));
  },
];

function randomValue(random: Random): Tree {
  const value = random.pick(VALUES);
  return value.startsWith('[') || value.startsWith('{')
    ? treeOf(JSON.parse(value))
    : { kind: 'scalar', text: value };
}

function keyOf({ parent, index }: Slot): string | undefined {
  return parent.kind === 'object' ? parent.members[index]?.[0] : undefined;
}

/** A document with a few changes to its structure. @param others documents of other specs, to borrow from */
export function mutateStructure(document: string, others: readonly string[], random: Random): string {
  const root = treeOf(JSON.parse(document));
  const trees = others.map((other) => treeOf(JSON.parse(other)));
  const count = random.pick([1, 1, 1, 2, 3]);
  for (let done = 0; done < count && slotsOf(root).length > 1; done++)
    random.pick(CHANGES)(root, trees, random);
  return formatTree(root);
}

const CHARACTERS = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\',
  '0',
  'a',
  ' ',
  '\n',
  '\t',
  '.',
  '-',
  'e',
  "'",
  '/',
  '\u0000',
  'é',
  '\u{1f600}',
];

/** A document that is cut off, or has a character too many, too few or another. */
export function mutateText(document: string, random: Random): string {
  const at = random.integer(0, document.length);
  const character = random.pick(CHARACTERS);
  return random.pick([
    document.slice(0, at),
    `${document.slice(0, at)}${document.slice(at + 1)}`,
    `${document.slice(0, at)}${character}${document.slice(at)}`,
    `${document.slice(0, at)}${character}${document.slice(at + 1)}`,
  ]);
}
