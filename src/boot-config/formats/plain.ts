import type { PlatformPart } from '../part.ts';
import type { BootPlan } from '../plan.ts';
import {
  ADDRESS_HOLDER,
  memberSettings,
  NAME_HOLDER,
  type Place,
  placeOf,
  systemRoots,
  variableOf,
} from '../settings.ts';
import { commandLines, shellWord } from '../words.ts';

/** How a shell gets at the host name, and at a variable that has to be set. */
export const SHELL_PLACE: Place = { name: '$(hostname)', address: '$ADDRESS' };

/** A line that ends a script where nobody has set the address. */
export const SHELL_ADDRESS: string = `ADDRESS=\${ADDRESS:?set it to the address of this machine, such as 10.0.0.1}\n`;

/** What to do about the address in a shell. */
export function shellNotes(plan: BootPlan, file: string): readonly string[] {
  const notes: string[] = [];
  if (plan.address === undefined) {
    notes.push(
      `Set ADDRESS to the address of each machine, as the others reach it: ADDRESS=10.0.0.1 sh ${file}`,
    );
  }
  if (plan.name === undefined) {
    notes.push("The name is the machine's host name; check that no two machines have the same.");
  }
  return notes;
}

/** A line that starts etcd with flags. */
export function formatFlags(plan: BootPlan): PlatformPart {
  const settings = memberSettings(plan, placeOf(plan, SHELL_PLACE));
  const roots = systemRoots(plan);
  const command = roots === undefined ? 'etcd' : `SSL_CERT_FILE=${roots} etcd`;
  const line = commandLines(
    command,
    settings.map(([flag, value]) => `--${flag}=${shellWord(value)}`),
  );
  const text = plan.address === undefined ? `${SHELL_ADDRESS}${line}` : line;
  return { files: [{ name: 'etcd.sh', text }], notes: shellNotes(plan, 'etcd.sh') };
}

/** What to replace in a file whose reader replaces nothing. */
export function holderNotes(plan: BootPlan, file: string): readonly string[] {
  const name = plan.name === undefined ? `s/${NAME_HOLDER}/$(hostname)/` : '';
  const address = plan.address === undefined ? `s/${ADDRESS_HOLDER}/10.0.0.1/` : '';
  const edits = [name, address].filter((edit) => edit !== '');
  if (edits.length === 0) return [];
  const holders = [name && NAME_HOLDER, address && ADDRESS_HOLDER].filter((holder) => holder !== '');
  return [
    `Replace ${holders.join(' and ')} on every machine, by a name that no other member has and by the address that the others reach it at: sed -i "${edits.join('; ')}" ${file}`,
  ];
}

/** Variables of the environment, for a shell, for systemd's EnvironmentFile and for containers. */
export function formatEnv(plan: BootPlan): PlatformPart {
  const settings = memberSettings(plan, placeOf(plan, { name: NAME_HOLDER, address: ADDRESS_HOLDER }));
  const lines = settings.map(([flag, value]) => `${variableOf(flag)}=${value}\n`);
  const roots = systemRoots(plan);
  if (roots !== undefined) lines.push(`SSL_CERT_FILE=${roots}\n`);
  return {
    files: [{ name: 'etcd.env', text: lines.join('') }],
    notes: [
      ...holderNotes(plan, 'etcd.env'),
      'Give etcd none of these as a flag too: it does not start with a setting in both places.',
    ],
  };
}
