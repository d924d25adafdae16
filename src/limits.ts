/** Every limit of Muster in one place. Units stand last in the names; each limit is tested on both sides. */
export const LIMITS = {
  /** Members that a cluster may have. etcd itself advises against more than seven. */
  clusterSizeMax: 1000,
  /** Members beyond the cluster size that a registry remembers: those that lost the race for the last slot. */
  overflowMembersMax: 256,
  /** Tokens whose members that went away during the bootstrap are remembered; others may not come back wiped. */
  departedTokensMax: 10_000,
  /** Tokens whose refused registrations are remembered for findings; those unseen for longest are forgotten first. */
  attemptTokensMax: 10_000,
  /** Refused registrations that are remembered of a token. */
  attemptsPerTokenMax: 32,
  /** How long a refused registration is remembered: a day. */
  attemptsKeptMs: 86_400_000,
  /** How much of the text of a refusal is remembered; people are shown less. */
  attemptMessageMaxChars: 500,
  /** How often those who follow a token are told of refused registrations at the most. */
  attemptsToldMs: 1000,
  /** Keys that one commit gives a later end, notes among them. etcd takes 128 operations in a transaction. */
  extendedKeysPerCommit: 50,
  /** A member's id, or the name of an etcd 0.4 machine. */
  memberIdMaxBytes: 255,
  /** A member's value: a name with a few peer URLs. */
  valueMaxBytes: 4096,
  /** A request's body: a form with one value, every byte of it escaped, and its conditions. */
  bodyMaxBytes: 16_384,
  /** The longest `ttl` of a key that counts, ten years; the end of the token comes before it in any case. */
  keyTtlMaxSeconds: 315_360_000,
  /** How long a token is remembered after its end, 90 days, so that people are told "expired on ...". */
  tombstoneSeconds: 7_776_000,
  /** The shortest life of a token. Anything shorter is over before a machine has booted. */
  tokenTtlMinSeconds: 60,
  /** The longest life of a token, a year; a registry is needed for one bootstrap only. */
  tokenTtlMaxSeconds: 31_536_000,
  /** URL and headers of a request together. */
  headersMaxBytes: 16_384,
  /** How long the headers of a request may take to arrive. */
  headersTimeoutMs: 10_000,
  /** How long a whole request may take to arrive. */
  requestTimeoutMs: 20_000,
  /** How often TLS files are looked at for a change. */
  tlsReloadMs: 2000,
  /** How long an idle connection is kept. */
  idleConnectionMs: 600_000,
  /** How long the connection is kept on which a browser was sent a page, or what belongs to it. */
  pageConnectionMs: 5000,
  /** How long a connection is silent before TCP asks whether its client is still there. */
  tcpKeepAliveMs: 10_000,
  /** Connections at once; a watch needs one each. */
  connectionsMax: 30_000,
  /** Connections at once from one address, unless rate limits are off. */
  connectionsPerAddressMax: 4000,
  /** Requests that a connection may have sent before the first one is answered. */
  pipelinedRequestsMax: 64,
  /** Watches at once, whatever the operator set. */
  watchesMax: 50_000,
  /** The shortest time that a stop may take before connections are cut. */
  shutdownTimeoutMinSeconds: 1,
  /** The longest time that a stop may take, five minutes; service managers kill long before that. */
  shutdownTimeoutMaxSeconds: 300,
  /** The highest rate or count that the settings against floods take; more means that they should be off. */
  floodSettingMax: 1_000_000,
  /** The fewest characters of an admin token: 16 random ones cannot be guessed over a network. */
  adminTokenMinChars: 16,
  /** The most characters of an admin token, well below what the headers of a request hold. */
  adminTokenMaxChars: 1024,
  /** How long an auth token of v3 is good. etcd asks for a fresh one before it watches. */
  authTokenMs: 300_000,
  /** Addresses that a rate limiter remembers; those unseen for longest are forgotten first. */
  rateLimiterAddressesMax: 65_536,
  /** Reads of tokens by one address in a minute, unless rate limits are off: a member of a cluster needs about ten. */
  readsPerMinute: 30_000,
  /** Commits that a watch holds for a reader that has not taken them yet; one more ends the watch. */
  watchQueueMaxCommits: 1024,
  /** Streams that an HTTP/2 connection may have open at once. */
  streamsPerConnectionMax: 256,
  /** Streams that the client of an HTTP/2 connection may reset in a second. */
  streamResetsPerSecondMax: 400,
  /** Headers of a request over HTTP/2. */
  headerPairsMax: 64,
  /** Megabytes that an HTTP/2 connection may hold: what its client sends ahead, and what it does not take. */
  sessionMemoryMaxMb: 10,
  /** A gRPC message that a client sends; etcd takes as much. */
  grpcMessageMaxBytes: 2_097_152,
  /** Watches that one gRPC stream may carry. */
  watchesPerStreamMax: 256,
  /** How long a refused watch is held back at the most, where its client asks again and again. */
  watchRefusalDelayMaxMs: 30_000,
  /** How often a watch that asked for it is told that nothing has happened; ten minutes, as in etcd. */
  watchProgressMs: 600_000,
  /** The longest answer that a client of a discovery service takes: a full token with the longest values has 12 MB. */
  answerMaxBytes: 33_554_432,
  /** The longest event that a client takes. */
  eventMaxChars: 1_048_576,
  /** How often a silent stream of events is sent a line without meaning. */
  eventsHeartbeatMs: 15_000,
  /** How often a client that watches the health of the service is told of a change. */
  healthCheckMs: 5000,
  /** `<token>/<key>` in a store. LMDB takes 1978 bytes, of which its index by time and its history need a few. */
  storeKeyMaxBytes: 1900,
  /** A configuration that `muster lint` reads. User data of clouds end at 64 KiB. */
  lintTextMaxBytes: 1_048_576,
  /** An Ignition document that is validated. Clouds hand a few tens of thousands over; contents may be in it. */
  ignitionMaxBytes: 16_777_216,
  /** Objects and arrays in each other in an Ignition document; Go's JSON, and so Ignition, takes as many. */
  jsonDepthMax: 10_000,
  /** Entries that the report on an Ignition document lists; further ones are only counted. */
  reportEntriesMax: 1000,
  /** How deep a Container Linux Config may be nested: deeper than any is, and not so deep that it exhausts the stack. */
  configNestingMax: 500,
  /** How many of its aliases may stand within each other. */
  configAliasNestingMax: 100,
  /** How many nodes may be read through aliases for each one of the text: more is an attack on memory. */
  configExpandedPerNodeMax: 10,
  /** How many of them may be read in any case. */
  configExpandedFreeMax: 10_000,
} as const;
