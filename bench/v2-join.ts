import type { Answer, HttpConnection } from './http-client.ts';
import type { BenchMember } from './member.ts';

/** A member as the list of its token shows it. */
export interface ListedMember {
  readonly id: string;
  readonly value: string;
  readonly createdIndex: number;
}

/** Told what a machine is at. */
export interface JoinObserver {
  /** The registration was sent; `answered` is called with its answer. */
  registering?(): { answered(): void };
  /** The machine waits for others from now on, until `ended` is called. */
  waiting?(): { ended(): void };
}

/** An answer that a machine cannot go on with. */
export class UnexpectedAnswer extends Error {
  readonly status: number;

  constructor({ status, body }: Answer, wanted: number) {
    super(`${status} instead of ${wanted}: ${body.trim()}`);
    this.status = status;
  }
}

/** As etcd >= 2.2 sends it. */
const QUERY = '?quorum=false&recursive=false&sorted=false';

/**
 * What a member does until it knows all members (etcd-io/etcd@v3.4.23:etcdserver/api/v2discovery/discovery.go): one
 * request after the other, on one connection. Answers the first `size` members, in the order of their registration.
 */
export async function joinOverV2(
  connection: HttpConnection,
  path: string,
  { id, form }: BenchMember,
  size: number,
  observer: JoinObserver = {},
): Promise<ListedMember[]> {
  await readList(connection, path);
  const registering = observer.registering?.();
  const registered = parse(await connection.put(`${path}/${id}?prevExist=false`, form), 201);
  registering?.answered();
  const own = `recursive=false&wait=true&waitIndex=${registered.node.createdIndex}`;
  parse(await connection.get(`${path}/${id}?${own}`), 200);
  const { index, members } = await readList(connection, path);
  let from = index + 1;
  while (members.length < size) {
    const waiting = observer.waiting?.();
    try {
      const { node } = parse(await connection.get(`${path}?recursive=true&wait=true&waitIndex=${from}`), 200);
      members.push(toMember(node));
      from = node.modifiedIndex + 1;
    } finally {
      waiting?.ended();
    }
  }
  return members.sort((a, b) => a.createdIndex - b.createdIndex).slice(0, size);
}

interface Node {
  readonly key: string;
  readonly value?: string;
  readonly modifiedIndex: number;
  readonly createdIndex: number;
  readonly nodes?: readonly Node[];
}

/** Size, then list, as before and after a registration. */
async function readList(
  connection: HttpConnection,
  path: string,
): Promise<{ index: number; members: ListedMember[] }> {
  parse(await connection.get(`${path}/_config/size${QUERY}`), 200);
  const answer = await connection.get(path + QUERY);
  return { index: answer.index, members: (parse(answer, 200).node.nodes ?? []).map(toMember) };
}

function toMember({ key, value = '', createdIndex }: Node): ListedMember {
  return { id: key.slice(key.lastIndexOf('/') + 1), value, createdIndex };
}

function parse(answer: Answer, wanted: number): { readonly node: Node } {
  if (answer.status !== wanted) throw new UnexpectedAnswer(answer, wanted);
  return JSON.parse(answer.body) as { node: Node };
}
