import fc from 'fast-check';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type Any = fc.Arbitrary<Json>;

const one = (...values: Json[]): Any => fc.constantFrom(...values);
const bool: Any = fc.boolean();
const number: Any = one(0, 1, 2, 500, -1);
const listOf = (item: Any): Any => fc.array(item, { maxLength: 2 }) as Any;
/** A section that may lack any of its fields, and may have one that is none. */
const section = (fields: Record<string, Any>): Any =>
  fc
    .tuple(fc.record(fields, { requiredKeys: [] }), fc.nat(15), fc.nat(Object.keys(fields).length - 1))
    .map(([value, chance, at]): Json => {
      const known = value as { [key: string]: Json };
      if (chance === 0) return { ...known, bogus: 1 };
      return chance === 1 ? { ...known, [Object.keys(fields)[at]?.toUpperCase() ?? '']: 1 } : known;
    });
const textOf = (...pieces: string[]): Any =>
  fc.array(fc.constantFrom(...pieces), { maxLength: 5 }).map((all) => all.join(''));

const anyUrl = fc.oneof(
  one('http://h/a', 'gopher://x', 'data:,x', 'data:a b', ':', 's3://b/k?versionId=', 'http://h:8a/', '', 'x'),
  textOf(
    'http',
    'data',
    ':',
    '//',
    '/',
    'host',
    ':80',
    '@',
    '?',
    '#f',
    '%20',
    '%zz',
    ' ',
    '"',
    '\u00e9',
    ';base64,',
  ),
);
/** Newer versions of Go know more about hosts than the one that `ct` was built with. */
const url = anyUrl.filter((text) => !/\/\/[^/?#]*:[^/?#]*:/.test(String(text)));
const hash = section({ function: one('sha512', 'md5', ''), sum: one('0'.repeat(128), 'abc', '') });
const verification = section({ hash });
const reference = section({ source: url, verification });
const owner = section({ id: number, name: one('root', '', 'x') });
const name = one('a', 'b', 'root', '');
const contents = fc.oneof(
  one('', '[Unit]\nA=b\n', '[Install]\nWantedBy=x\n', '[A]\nb=c\\\nd\n[Install]\nX=y', 'x'.repeat(2500)),
  textOf('[Unit]', '[', ']', '\n', 'A=b', '=', ' ', '\\\n', '#c', '[Install]\n', 'K=v\n', 'x'.repeat(2100)),
);
const dropins = listOf(section({ name: one('a.conf', 'b', 'c.service', ''), contents }));
const node = {
  filesystem: name,
  path: one('/a', '/b/c', 'rel', '', '/'),
  user: owner,
  group: owner,
  overwrite: bool,
};
const details = {
  uid: one(0, 1),
  gecos: one('g', ''),
  home_dir: one('/h', ''),
  no_create_home: bool,
  primary_group: one('p', ''),
  groups: listOf(one('g')),
  no_user_group: bool,
  system: bool,
  no_log_init: bool,
  shell: one('/s', ''),
};
const partition = section({
  label: one('a', 'a:b', 'x'.repeat(37), ''),
  number: one(0, 1, 2),
  size: fc.oneof(one('1MiB', '', '2MB'), textOf('1', '2', '.', 'KiB', 'MiB', 'MB', 'B', '-', '0', ' ')),
  start: one('1MiB', '', 'x'),
  guid: one('', '1', '01234567-89ab-cdef-edcb-a98765432101'),
  type_guid: one('swap_partition', 'x', ''),
});
const mount = section({
  device: one('/d', 'x', ''),
  format: one('ext4', 'swap', 'zfs', 'vfat'),
  create: section({ force: bool, options: listOf(one('a')) }),
  wipe_filesystem: bool,
  label: one('a', 'x'.repeat(17), ''),
  uuid: one('u', ''),
  options: listOf(one('o')),
});
const remote = section({ url, compression: one('', 'gzip', 'zip'), verification });
const storage = section({
  disks: listOf(section({ device: one('/dev/a', 'x', ''), wipe_table: bool, partitions: listOf(partition) })),
  raid: listOf(
    section({
      name,
      level: one('raid0', 'linear', 'raid1', '1', 'x', ''),
      devices: listOf(one('/dev/a', 'x')),
      spares: number,
      options: listOf(one('-x')),
    }),
  ),
  filesystems: listOf(section({ name, mount, path: one('/p', 'x', '') })),
  files: listOf(
    section({
      ...node,
      mode: one(0, 420, 4095, 4096, -1),
      contents: section({ remote, inline: one('', 'a b\n', '\u00e9<>'), local: one('', 'f') }),
      append: bool,
    }),
  ),
  directories: listOf(section({ ...node, mode: one(0, 420, 4096) })),
  links: listOf(section({ ...node, hard: bool, target: one('/t', 't', '') })),
});
const templates = textOf(
  '{',
  '}',
  '{HOSTNAME}',
  '{PUBLIC_IPV4}',
  '{X}',
  'a',
  '"',
  '\\',
  '\n',
  '\u00a0',
  '\u{1f600}',
);
const services = {
  etcd: section({
    version: one(
      '3.5.0',
      '3.4.1',
      '3.3.0',
      '3.1.0',
      '2.3.8',
      '2.4.0',
      '2.2.0',
      '4.0.0',
      '3.0.015',
      '2.3.0-rc1',
      '3',
    ),
    name: templates,
    discovery: one('https://d/<t>'),
    listen_peer_urls: one('http://{PRIVATE_IPV4}:2380'),
    debug: bool,
    snapshot_count: number,
    enable_v2: bool,
    auto_compaction_retention: one(1, '1h'),
    logger: one('zap'),
  }),
  flannel: section({
    version: one('0.5.5', '0.6.0', '0.7.1', '0.8.0', '0.4.0', '1.0.0', '0.5.0-rc1'),
    interface: templates,
    etcd_endpoints: one('http://e', ''),
    etcd_cafile: one('/c'),
    etcd_username: one('u'),
    kube_subnet_mgr: bool,
    network_config: one('{}', '{"a":1}', 'x', '', '[1]', 'null'),
    ip_masq: bool,
  }),
  update: section({ group: one('stable', 'BETA', 'x', ''), server: url }),
  docker: section({ flags: listOf(one('-x', '--a="b c"', '{HOSTNAME}')) }),
  locksmith: section({
    reboot_strategy: one('off', 'Reboot', 'etcd-lock', 'x', ''),
    window_start: textOf('Mon', 'mon', 'Foo', ' ', '10:00', '1:5', '24:00'),
    window_length: textOf('1', '30', 'h', 'm', 'ms', '\u00b5s', '.', '-', '0', ' '),
    group: one('g', ''),
    etcd_endpoints: one('e', ''),
    etcd_keyfile: one('k'),
  }),
};

const sections: Record<string, Any> = {
  version: one(0, 1),
  ignition: section({
    config: section({ append: listOf(reference), replace: reference }),
    timeouts: section({ http_response_headers: number, http_total: number }),
    security: section({ tls: section({ certificate_authorities: listOf(reference) }) }),
  }),
  storage,
  systemd: section({
    units: listOf(
      section({
        name: one('a.service', 'b', 'c.timer', ''),
        enable: bool,
        enabled: bool,
        mask: bool,
        contents,
        dropins,
      }),
    ),
  }),
  networkd: section({
    units: listOf(section({ name: one('a.network', 'b.service', ''), contents, dropins })),
  }),
  passwd: section({
    users: listOf(
      section({
        name: one('core', 'u', ''),
        password_hash: one('h', ''),
        ssh_authorized_keys: listOf(one('k')),
        create: section(details),
        ...details,
      }),
    ),
    groups: listOf(
      section({ name: one('g', ''), gid: one(0, 3), password_hash: one('x', ''), system: bool }),
    ),
  }),
  ...services,
};

/**
 * A Container Linux Config with one or two sections, right or wrong, in the JSON that is YAML as well. With more, what
 * is wrong with one would nearly always keep the others from being looked at.
 */
export const randomConfig: fc.Arbitrary<string> = fc
  .subarray(Object.entries(sections), { minLength: 1, maxLength: 2 })
  .chain((chosen) => fc.record(Object.fromEntries(chosen)))
  .map((config) => `${JSON.stringify(config, null, 1)}\n`);

/** The same with values of other kinds here and there. */
export const mistypedConfig: fc.Arbitrary<string> = fc
  .tuple(randomConfig, fc.infiniteStream(fc.nat(9)), fc.infiniteStream(one([1], { a: 1 }, 'x', 5, true, 1.5)))
  .map(([text, chances, others]) => {
    const spoil = (value: Json): Json => {
      if (chances.next().value === 0) return others.next().value as Json;
      if (Array.isArray(value)) return value.map(spoil);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, spoil(inner)]));
    };
    return `${JSON.stringify(spoil(JSON.parse(text) as Json), null, 1)}\n`;
  });
