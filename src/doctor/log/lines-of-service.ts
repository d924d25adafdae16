import type { KnownLine } from './known-line.ts';

/** What a member says when it has no answer from the discovery service; the reason follows. */
const ASKING =
  '^(?:error #\\d+: |client: etcd cluster is unavailable|failed to get from discovery server|error while waiting for peers|failed to get cluster (?:size|members) from discovery|failed to register members itself|retrying of unary invoker failed.*etcdserverpb\\.|failed to (?:join|get) discovery cluster|failed to start etcd|failed to bootstrap; |bootstrap failed|discovery failed to (?:join|get) cluster|(?:WARNING: )?\\[core\\].*createTransport failed|discovery: )';

const SETTLED = ['registered', 'waiting-for-members', 'found-all'];
const base = { severity: 'problem', settledBy: SETTLED } as const;
/** Why there is no answer, where the log says so. */
const REASONS = [
  'service-name',
  'service-refuses',
  'service-no-way',
  'service-certificate',
  'service-no-tls',
  'service-no-grpc',
  'service-busy',
  'service-drops',
  'service-redirects',
];

function asking(reason: string): RegExp {
  return new RegExp(`${ASKING}.*(?:${reason})`);
}

/** Lines about the way to the discovery service. */
export const SERVICE_LINES: readonly KnownLine[] = [
  {
    ...base,
    id: 'service-name',
    versions: '2.0 and newer',
    pattern: asking(
      'lookup (?<name>\\S+?)(?: on \\S+)?: (?:no such host|server misbehaving|.*timeout|Temporary failure)',
    ),
    meaning: ({ groups: { name } = {} }) =>
      `This machine finds no address for ${name}, the name of the discovery service.`,
    remedy: 'Check the spelling of the URL, and the name server or /etc/hosts of this machine.',
  },
  {
    ...base,
    id: 'service-refuses',
    versions: '2.0 and newer',
    pattern: asking('dial tcp (?<at>\\S+): (?:getsockopt: |connect: )?connection refused'),
    meaning: ({ groups: { at } = {} }) =>
      `Nobody listens at ${at}: the discovery service does not run there, or at a loopback address only.`,
    remedy: 'Start the service so that this machine reaches it (--listen), and check the port in the URL.',
  },
  {
    ...base,
    id: 'service-no-way',
    versions: '2.0 and newer',
    pattern: asking('i/o timeout|no route to host|network is unreachable|TLS handshake timeout'),
    meaning:
      'Nothing comes back from the discovery service: a firewall is between, or this machine has no way out.',
    remedy:
      'Open the way to the service; where there is a proxy only, give etcd (up to 3.6) --discovery-proxy.',
  },
  {
    ...base,
    id: 'service-certificate',
    versions: '2.0 and newer',
    pattern: asking('x509: (?<why>[^"]+?)(?:"|\\\\n|\\)? *$| \\(possibly| err-detail)'),
    meaning: ({ groups: { why } = {} }) =>
      `This machine does not take the certificate of the discovery service: ${why}.`,
    remedy:
      'Add the CA to those of the system, or set SSL_CERT_FILE for etcd (v3 has --discovery-cacert), and use a name that the certificate is for.',
  },
  {
    ...base,
    id: 'service-no-tls',
    versions: '2.0 and newer',
    pattern: asking('first record does not look like a TLS handshake|HTTP response to HTTPS client'),
    meaning: 'The URL begins with https, and no TLS is spoken there.',
    remedy: 'Give the URL letter by letter as /new printed it.',
  },
  {
    ...base,
    id: 'service-no-grpc',
    versions: '3.6 and newer',
    pattern: asking(
      'looked like an HTTP/1\\.1 header|unexpected HTTP status code|error reading server preface|missing selected ALPN',
    ),
    meaning:
      'What answers at --discovery-endpoints does not speak gRPC: another program, or a proxy without HTTP/2.',
    remedy: 'Give the address of the service itself, or let what stands before it pass HTTP/2 on.',
  },
  {
    ...base,
    id: 'service-busy',
    versions: '2.0 and newer',
    pattern: asking(
      '(?:returns server error|no leader|code = Unavailable|code = ResourceExhausted|Service Unavailable)',
    ),
    meaning: 'The discovery service answers that it cannot answer now; etcd asks again by itself.',
    remedy: 'Look into the log of the service; etcd goes on as soon as it answers.',
  },
  {
    ...base,
    id: 'service-drops',
    versions: '2.1 and newer',
    pattern: asking('\\bEOF\\b|connection reset|use of closed network'),
    meaning: 'The discovery service, or what stands before it, ends the connection without an answer.',
    remedy:
      'Look into the logs of both, and raise the idle limit of a balancer: members wait for others on open requests.',
  },
  {
    ...base,
    id: 'service-no-discovery',
    versions: '2.0 to 3.6',
    pattern:
      /discovery: bad discovery endpoint|unrecognized HTTP status code|response is invalid json|response body is empty/,
    meaning: 'What answers at the URL is no discovery service: a web page, or another API.',
    remedy: 'Give the URL letter by letter as /new printed it, with the token as its last part.',
  },
  {
    ...base,
    id: 'service-redirects',
    versions: '2.2 to 3.6',
    pattern: asking('unsupported protocol scheme|too many redirects|stopped after \\d+ redirects'),
    meaning: 'The service redirects to a place that etcd cannot follow.',
    remedy:
      'Let what stands before the service pass requests on as they are, and give members the URL of the service itself.',
  },
  {
    ...base,
    id: 'service-too-slow',
    followsFrom: REASONS,
    versions: '2.2 and newer',
    pattern: asking('context deadline exceeded|DeadlineExceeded'),
    meaning:
      'The discovery service did not answer within 5 s. Over v2 that ends etcd; over v3 it asks again without an end.',
    remedy:
      'Check that the address is that of the service, and no firewall drops what comes back; then start etcd again.',
  },
  {
    ...base,
    id: 'service-too-many-retries',
    versions: '2.0',
    pattern: /discovery: too many retries/,
    meaning: 'etcd 2.0 gave up after three tries to reach the discovery service.',
    remedy: 'Start it again once the service is reached from this machine.',
  },
  {
    ...base,
    severity: 'warning',
    id: 'asks-again',
    followsFrom: [
      ...REASONS,
      'service-too-slow',
      'refused',
      'unknown-token',
      'expired-token',
      'member-came-back',
    ],
    versions: '2.0 and newer',
    pattern:
      /^(?:retry connecting to discovery service|.*: error connecting to \S+, retrying in|(?:discovery: )?during .* connection to .* retrying in|.*connection to \S+ timed out, retrying)/,
    meaning:
      'There was no good answer from the discovery service, and etcd asks again after 2, 4, 8 .. 256 s.',
    remedy:
      'The line before it says why; what was put right is seen after that pause only, so that a restart is faster.',
  },
  {
    id: 'by-proxy',
    versions: '2.0 to 3.6',
    severity: 'note',
    pattern:
      /^(?:(?:discovery: )?using proxy "(?<proxy>[^"]+)"|running proxy with discovery.* proxy-url=(?<proxy2>\S+))/,
    meaning: ({ groups: { proxy, proxy2 } = {} }) => `Discovery goes by the proxy ${proxy ?? proxy2}.`,
    remedy:
      'Where discovery fails, check that the proxy lets long requests wait, and answers none of them from a cache.',
  },
];
