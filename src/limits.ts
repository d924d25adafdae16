/** Every limit of Muster in one place. Units stand last in the names; each limit is tested on both sides. */
export const LIMITS = {
  /** Members that a cluster may have. etcd itself advises against more than seven. */
  clusterSizeMax: 1000,
  /** Members beyond the cluster size that a registry remembers: those that lost the race for the last slot. */
  overflowMembersMax: 256,
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
} as const;
