import { create } from '@bufbuild/protobuf';
import { type Method, type Methods, type StreamCall, stream, unary } from '../../grpc/method.ts';
import { GRPC_STATUS, GrpcError } from '../../grpc/status.ts';
import { LIMITS } from '../../limits.ts';
import {
  HealthCheckRequestSchema,
  type HealthCheckResponse,
  HealthCheckResponse_ServingStatus,
  HealthCheckResponseSchema,
} from '../../proto/health_pb.ts';

/** What the health service needs. */
export interface HealthOptions {
  /** Rejects while the service cannot do its work. */
  readonly assertHealthy: () => Promise<void>;
  readonly services: ReadonlySet<string>;
  readonly stopping: AbortSignal;
}

type Status = HealthCheckResponse_ServingStatus;

/** The standard gRPC health service (https://github.com/grpc/grpc/blob/master/doc/health-checking.md). */
export function createHealthMethods(options: HealthOptions): Methods {
  const { services } = options;
  const statusOf = async (): Promise<Status> => {
    try {
      await options.assertHealthy();
      return HealthCheckResponse_ServingStatus.SERVING;
    } catch {
      return HealthCheckResponse_ServingStatus.NOT_SERVING;
    }
  };
  const isKnown = (service: string): boolean => service === '' || services.has(service);
  const check: Method = unary(HealthCheckRequestSchema, HealthCheckResponseSchema, async ({ service }) => {
    if (!isKnown(service)) throw new GrpcError(GRPC_STATUS.notFound, 'unknown service');
    return create(HealthCheckResponseSchema, { status: await statusOf() });
  });
  const watch: Method = stream(HealthCheckRequestSchema, HealthCheckResponseSchema, (call) => {
    let follower: Follower | undefined;
    return {
      message({ service }) {
        const unknown = HealthCheckResponse_ServingStatus.SERVICE_UNKNOWN;
        follower ??= new Follower(call, isKnown(service) ? statusOf : async () => unknown, options.stopping);
      },
      ended() {},
      closed: () => follower?.close(),
    };
  });
  return new Map<string, Method>([
    ['/grpc.health.v1.Health/Check', check],
    ['/grpc.health.v1.Health/Watch', watch],
  ]);
}

/** Tells one watching client the status, and each change of it. */
class Follower {
  readonly #call: StreamCall<HealthCheckResponse>;
  readonly #statusOf: () => Promise<Status>;
  readonly #stopping: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  #told: Status | undefined;

  constructor(call: StreamCall<HealthCheckResponse>, statusOf: () => Promise<Status>, stopping: AbortSignal) {
    this.#call = call;
    this.#statusOf = statusOf;
    this.#stopping = stopping;
    this.#timer = setInterval(() => void this.#tell(), LIMITS.healthCheckMs).unref();
    stopping.addEventListener('abort', this, { once: true });
    void this.#tell();
  }

  handleEvent(): void {
    this.#call.end(new GrpcError(GRPC_STATUS.unavailable, 'the service is stopping'));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#stopping.removeEventListener('abort', this);
  }

  async #tell(): Promise<void> {
    const status = await this.#statusOf();
    if (status === this.#told || this.#call.isOver) return;
    this.#told = status;
    this.#call.send(create(HealthCheckResponseSchema, { status }));
  }
}
