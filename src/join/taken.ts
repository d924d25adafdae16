/** How Muster refuses a member whose name or peer URL another one has (`assertDistinct` of the registry). */
const TAKEN = [
  /^the name ".*" belongs to another member \(/s,
  /^member .*: peer URL "[^"]*" belongs to member /s,
];

/**
 * Whether a refusal says that another machine has what this one registers. It goes by the sentence: on the wire it is
 * one refusal of many, since etcd has words of its own for a duplicate, and would not print those of the service.
 */
export function isTaken(message: string): boolean {
  return TAKEN.some((sentence) => sentence.test(message));
}
