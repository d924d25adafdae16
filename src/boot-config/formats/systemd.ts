import type { PlatformPart } from '../part.ts';
import type { BootPlan } from '../plan.ts';
import { ADDRESS_HOLDER } from '../settings.ts';
import { etcdUnit, isStateDirectory, tlsFileNotes } from '../unit.ts';

/** A unit of systemd. */
export function formatSystemd(plan: BootPlan): PlatformPart {
  const notes = [
    'The unit goes to /etc/systemd/system/etcd.service; then systemctl daemon-reload and systemctl enable --now --no-block etcd.',
    'It expects the program at /usr/local/bin/etcd.',
  ];
  if (plan.address === undefined) notes.push(`Replace ${ADDRESS_HOLDER} in it on every machine.`);
  if (plan.name === undefined) {
    notes.push('The name is %H, the host name; check that no two machines have the same.');
  }
  if (!isStateDirectory(plan)) {
    notes.push(
      `etcd runs as root; make ${plan.dataDir} with mode 0700, or add User= for a user who owns it.`,
    );
  }
  return {
    files: [{ name: 'etcd.service', text: etcdUnit(plan, { kind: 'line' }) }],
    notes: [...notes, ...tlsFileNotes(plan)],
  };
}
