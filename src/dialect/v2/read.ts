import type { RegistryReading } from '../../registry/registry.ts';
import type { LiveContent } from '../../registry/registry-state.ts';
import { configNode, fileNode, formatJson, keyOf, memberNode, registryNode, sizeNode } from './documents.ts';
import type { Parameters } from './parameters.ts';
import type { Route } from './route.ts';

/** What a GET may name below a token. */
export type ReadRoute = Exclude<Route, { kind: 'new' | 'none' }>;

/**
 * Bodies that depend on nothing but the token's content, so that most reads build none. Strings, since Node sends
 * one together with the headers, and bytes separately.
 */
interface Bodies {
  registry?: string | undefined;
  size?: string | undefined;
}

const bodies = new WeakMap<LiveContent, Bodies>();

/**
 * The body of a GET; undefined where the key is not there.
 *
 * @param now milliseconds since the Unix epoch
 */
export function formatReading(
  route: ReadRoute,
  { content }: RegistryReading,
  parameters: Parameters,
  now: number,
): string | undefined {
  const memo = bodiesOf(content);
  const { token } = route;
  switch (route.kind) {
    case 'size':
      memo.size ??= formatGet(sizeNode(token, content.sizeEntry, now));
      return memo.size;
    case 'registry': {
      if (parameters.sorted) return formatGet(registryNode(token, content, true, now));
      if (memo.registry !== undefined) return memo.registry;
      const body = formatGet(registryNode(token, content, false, now));
      // A list that tells how long an entry still lives is another one in a second.
      if (!content.members.some(({ note }) => note?.expiresAt !== undefined)) memo.registry = body;
      return body;
    }
    case 'config':
      return formatGet(configNode(token, content, now));
    case 'state': {
      const { stateEntry, stateNote } = content;
      if (stateEntry === undefined) return undefined;
      return formatGet(
        fileNode(keyOf(token, '_state'), { entry: stateEntry, expiresAt: stateNote?.expiresAt }, now),
      );
    }
    case 'member': {
      const member = content.membersById.get(route.memberId);
      return member && formatGet(memberNode(token, member, now));
    }
  }
}

function bodiesOf(content: LiveContent): Bodies {
  const known = bodies.get(content);
  if (known !== undefined) return known;
  const made: Bodies = {};
  bodies.set(content, made);
  return made;
}

function formatGet(node: object): string {
  return formatJson({ action: 'get', node });
}
