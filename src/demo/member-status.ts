/** What a member says of its cluster. */
export interface MemberStatus {
  /** Hex, as in the member list. */
  readonly memberId: string;
  readonly leaderId: string;
  readonly version: string;
}

/** How long a member may take to answer. */
const ASK_MS = 2000;

/** The answer of `Maintenance.Status` over JSON: 64-bit numbers are decimal texts, and what is zero is left out. */
interface WireStatus {
  readonly header?: { readonly member_id?: string };
  readonly leader?: string;
  readonly version?: string;
}

/** Asks a member for its status; undefined while it does not serve, or says that its cluster takes no writes. */
export async function askStatus(clientUrl: string, signal: AbortSignal): Promise<MemberStatus | undefined> {
  try {
    const health = await ask(`${clientUrl}/health`, { method: 'GET' }, signal);
    if (!/"health":\s*"true"/.test(health)) return undefined;
    const text = await ask(`${clientUrl}/v3/maintenance/status`, { method: 'POST', body: '{}' }, signal);
    const { header, leader, version } = JSON.parse(text) as WireStatus;
    const [own, led] = [toHex(header?.member_id), toHex(leader)];
    if (own === undefined || led === undefined || version === undefined) return undefined;
    return { memberId: own, leaderId: led, version };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    // Nobody listens there yet, or not for long enough.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

async function ask(url: string, init: RequestInit, signal: AbortSignal): Promise<string> {
  const ended = new AbortController();
  const onAbort = (): void => ended.abort(signal.reason);
  const timer = setTimeout(() => ended.abort(new Error(`${url} does not answer in time`)), ASK_MS);
  signal.addEventListener('abort', onAbort);
  try {
    signal.throwIfAborted();
    const answer = await fetch(url, { ...init, signal: ended.signal });
    return await answer.text();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

function toHex(decimal: string | undefined): string | undefined {
  return decimal === undefined || !/^[1-9]\d*$/.test(decimal) ? undefined : BigInt(decimal).toString(16);
}
