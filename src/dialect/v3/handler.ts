import { create } from '@bufbuild/protobuf';
import type { Answer, Call, Method, Methods } from '../../grpc/method.ts';
import { stream, unary } from '../../grpc/method.ts';
import { GRPC_STATUS, GrpcError } from '../../grpc/status.ts';
import { assertMayWrite, type FloodGate, type Requester } from '../../http/requester.ts';
import {
  AlarmRequestSchema,
  AlarmResponseSchema,
  AuthenticateRequestSchema,
  AuthenticateResponseSchema,
  DeleteRangeRequestSchema,
  DeleteRangeResponseSchema,
  PutRequestSchema,
  PutResponseSchema,
  type RangeRequest,
  RangeRequestSchema,
  type RangeResponse,
  RangeResponseSchema,
  StatusRequestSchema,
  StatusResponseSchema,
  TxnRequestSchema,
  TxnResponseSchema,
  WatchRequestSchema,
  WatchResponseSchema,
} from '../../proto/rpc_pb.ts';
import { parseMemberKey } from '../../registry/keys.ts';
import type { Registry } from '../../registry/registry.ts';
import { createHeaderFormat } from './documents.ts';
import { ETCD_ERRORS } from './errors.ts';
import { createHealthMethods } from './health.ts';
import { type MaintenanceOptions, serveAlarm, serveStatus } from './maintenance.ts';
import { assertSortOption, encodeRange, formatRange } from './read.ts';
import { keyOf, parseRoute } from './route.ts';
import { WatchStreams } from './watch.ts';
import { serveDeleteRange, servePut, serveTxn, type WriteContext } from './write.ts';

/** What the v3 dialect needs of its surroundings. */
export interface V3Options extends MaintenanceOptions {
  readonly registry: Registry;
  readonly floodGate: FloodGate;
  readonly identify: (connection: Call['connection'], headers: Call['headers']) => Requester;
  /** The service as its operator names it, without a slash at the end. */
  readonly publicUrl: string | undefined;
  /** Aborts when the service stops: every watch then ends, so that clients look elsewhere. */
  readonly stopping: AbortSignal;
  readonly onFault: (error: unknown) => void;
  /** Those who may write; undefined: everybody. */
  readonly users: UserCheck | undefined;
}

/** What the dialect needs to know of users. */
export interface UserCheck {
  /** An auth token for the calls that follow; undefined where name and password do not belong together. */
  authenticate(name: string, password: string): string | undefined;
  isValid(authToken: string): boolean;
}

/** The methods of etcd's gRPC API that discovery needs, and the health service. */
export function createV3Methods(options: V3Options): Methods {
  const { registry, floodGate, stopping, onFault } = options;
  const formatHeader = createHeaderFormat(registry.clusterId);
  const watches = new WatchStreams({ registry, floodGate, formatHeader, stopping, onFault });
  const identify = ({ connection, headers }: Call): Requester => {
    const { token: authToken } = headers;
    // A client that is told so authenticates again; its token is of before a restart, or too old.
    if (typeof authToken === 'string' && options.users?.isValid(authToken) === false) {
      throw ETCD_ERRORS.invalidAuthToken;
    }
    return options.identify(connection, headers);
  };
  const note = (noted: void | Promise<void>): void => {
    if (noted !== undefined) noted.catch(onFault);
  };
  const takeRead = ({ address }: Requester): void => {
    if (floodGate.takeRead(address) === undefined) return;
    throw new GrpcError(
      GRPC_STATUS.resourceExhausted,
      'too many requests from this address; try again later',
    );
  };
  /** A read: what was answered on its connection before has arrived. */
  const openRead = (call: Call): Requester => {
    const requester = identify(call);
    if (requester.connection !== undefined) note(registry.noteRequest(requester.connection));
    takeRead(requester);
    return requester;
  };
  const openWrite = (call: Call): WriteContext => {
    const requester = identify(call);
    assertMayWrite(requester);
    const { isAdmin } = requester;
    return { registry, formatHeader, requester, isAdmin, publicUrl: options.publicUrl };
  };

  const range = (
    request: RangeRequest,
    call: Call,
  ): Answer<RangeResponse> | Promise<Answer<RangeResponse>> => {
    const requester = openRead(call);
    if (request.key.length === 0) throw ETCD_ERRORS.emptyKey;
    assertSortOption(request);
    const route = parseRoute(request.key, request.rangeEnd);
    const { token } = route;
    if (request.revision > 0n) return rangeAt(request, call);
    const answer = ({ revision, content }: Awaited<ReturnType<Registry['read']>>): Answer<RangeResponse> => {
      // Who reads a range of keys sees all members; a member asks for the size by its key.
      if (route.end !== undefined)
        note(registry.noteShown(token, revision, requester.address, requester.connection));
      return encodeRange(route, request, content, formatHeader(revision));
    };
    const reading = registry.read(token);
    return reading instanceof Promise ? reading.then(answer) : answer(reading);
  };
  const rangeAt = async (request: RangeRequest, call: Call): Promise<RangeResponse> => {
    const requester = identify(call);
    const route = parseRoute(request.key, request.rangeEnd);
    const { token } = route;
    // A token that cannot be used is told before anything about revisions.
    await registry.read(token);
    if (request.revision > BigInt(registry.revision)) throw ETCD_ERRORS.futureRevision;
    const { revision, entries } = await registry.readAt(token, Number(request.revision));
    note(registry.noteShown(token, Number(request.revision), requester.address, requester.connection));
    return formatRange(route, request, entries, formatHeader(revision));
  };

  const methods: Array<[string, Method]> = [
    ['/etcdserverpb.KV/Range', unary(RangeRequestSchema, RangeResponseSchema, range)],
    [
      '/etcdserverpb.KV/Put',
      unary(PutRequestSchema, PutResponseSchema, async (request, call) => {
        const context = openWrite(call);
        const response = await servePut(request, context);
        const { token, ...route } = parseRoute(request.key, new Uint8Array());
        const memberId = parseMemberKey(keyOf({ token, ...route }) ?? '');
        const { address, connection } = context.requester;
        if (memberId !== undefined) note(registry.noteSent(token, memberId, address, connection));
        return response;
      }),
    ],
    [
      '/etcdserverpb.KV/DeleteRange',
      unary(DeleteRangeRequestSchema, DeleteRangeResponseSchema, (request, call) =>
        serveDeleteRange(request, openWrite(call)),
      ),
    ],
    [
      '/etcdserverpb.KV/Txn',
      unary(TxnRequestSchema, TxnResponseSchema, (request, call) => serveTxn(request, openWrite(call))),
    ],
    [
      '/etcdserverpb.Watch/Watch',
      stream(WatchRequestSchema, WatchResponseSchema, (call, origin) => {
        const requester = identify(origin);
        if (requester.connection !== undefined) note(registry.noteRequest(requester.connection));
        return watches.open(call, requester);
      }),
    ],
    [
      '/etcdserverpb.Auth/Authenticate',
      unary(AuthenticateRequestSchema, AuthenticateResponseSchema, ({ name, password }, call) => {
        // etcd goes on without a password at this answer, and gives up at any other.
        if (options.users === undefined) throw ETCD_ERRORS.authNotEnabled;
        takeRead(options.identify(call.connection, call.headers));
        const authToken = options.users.authenticate(name, password);
        if (authToken === undefined) throw ETCD_ERRORS.authFailed;
        return create(AuthenticateResponseSchema, {
          header: formatHeader(registry.revision),
          token: authToken,
        });
      }),
    ],
    [
      '/etcdserverpb.Maintenance/Status',
      unary(StatusRequestSchema, StatusResponseSchema, () => serveStatus(options, formatHeader)),
    ],
    [
      '/etcdserverpb.Maintenance/Alarm',
      unary(AlarmRequestSchema, AlarmResponseSchema, (request) =>
        serveAlarm(request, formatHeader, registry.revision),
      ),
    ],
  ];
  const services = new Set(methods.map(([path]) => path.split('/')[1] ?? ''));
  const health = createHealthMethods({ assertHealthy: () => registry.assertHealthy(), services, stopping });
  return new Map([...methods, ...health]);
}
