import type { IgnitionSystemdUnit } from '../ignition2/document.ts';
import { listOf } from '../schema/collections.ts';
import { text } from '../schema/scalars.ts';
import { struct } from '../schema/struct.ts';
import type { Type } from '../schema/type.ts';
import { unitWithDropIn } from './systemd.ts';

/** `docker`: options of its daemon. */
export interface Docker {
  flags: readonly string[];
}

/** The fields of `docker`, and what is checked of them. */
export const docker: Type<Docker> = struct<Docker>('Docker', { flags: listOf(text) });

/** The flags stand there as they are, neither quoted nor with anything put in for names in braces. */
export function convertDocker({ flags }: Docker): IgnitionSystemdUnit {
  const contents = `[Service]\nEnvironment="DOCKER_OPTS=${flags.join(' ')}"`;
  return unitWithDropIn('docker.service', '20-clct-docker.conf', contents);
}
