import type { GivenSetting } from './configuration.ts';
import { type Word, wordsOf } from './words.ts';

const VARIABLE = /^(?:[A-Za-z-]+=)?(ETCD_[A-Z0-9_]+)(?:(=|:)(.*))?$/s;
const FLAG = /^--?([a-z][a-z0-9-]*)(?:=(.*))?$/s;

/** Programs whose own options stand before those of the etcd that they start. */
const STARTERS = ['docker', 'podman', 'nerdctl', 'rkt', 'muster'];
/** Programs that are not etcd, with options that are named alike. */
const OTHERS = ['etcdctl', 'etcdutl', 'systemctl', 'useradd', 'hostnamectl'];

/** Flags of etcd that need no value. */
const SWITCHES =
  /^(?:discovery-insecure-|client-cert-auth|peer-client-cert-auth|enable-|auto-tls|peer-auto-tls|force-)/;

/** The settings that stand in a text as flags of a command or as variables of the environment. */
export function readWords(text: string): readonly GivenSetting[] {
  const words = wordsOf(text);
  const settings: GivenSetting[] = [];
  let isOwn = true;
  for (const [index, word] of words.entries()) {
    const next = words[index + 1];
    const before = words[index - 1];
    if (before === undefined || before.isLast) isOwn = true;
    const program = programOf(word.text);
    if (STARTERS.includes(program) || OTHERS.includes(program)) isOwn = false;
    else if (isEtcd(program) && before?.text !== '--entrypoint' && !isValueOfFlag(before)) isOwn = true;
    const setting = readVariable(word, next, words[index + 2]) ?? (isOwn ? readFlag(word, next) : undefined);
    if (setting !== undefined) settings.push(setting);
  }
  return settings;
}

/** The program that a word names, also behind `ExecStart=` and in the name of an image. */
function programOf(text: string): string {
  const path = text.replace(/^[A-Za-z]+=[-@:+!|]*/, '');
  return (path.slice(path.lastIndexOf('/') + 1).split(':', 1)[0] ?? '').toLowerCase();
}

function isEtcd(program: string): boolean {
  return /^etcd(?:-wrapper)?$/.test(program);
}

function isValueOfFlag(before: Word | undefined): boolean {
  return (
    before !== undefined && !before.isLast && /^--?[a-z-]+$/.test(before.text) && before.text !== '--exec'
  );
}

function readVariable(word: Word, next: Word | undefined, third: Word | undefined): GivenSetting | undefined {
  const [, name, sign, rest = ''] = VARIABLE.exec(word.text) ?? [];
  if (name === undefined) return undefined;
  const found = { flag: name.slice('ETCD_'.length).toLowerCase().replaceAll('_', '-'), line: word.line };
  const setting = (value: string): GivenSetting => ({ ...found, value, source: 'variable', spelling: name });
  if (sign !== undefined && rest !== '') return setting(rest.replace(/,$/, ''));
  // YAML has a colon at its end, HCL an equals sign of its own, Kubernetes a key for the value.
  if (sign === ':') return next?.line === word.line ? setting(next.text) : undefined;
  if (sign === '=') return setting('');
  if (next?.text === '=') return { ...setting(third?.text ?? ''), isData: true };
  return next?.text === 'value:' ? setting(third?.text ?? '') : undefined;
}

function readFlag(word: Word, next: Word | undefined): GivenSetting | undefined {
  const [, flag, value] = FLAG.exec(word.text) ?? [];
  if (flag === undefined) return undefined;
  const found = { flag, line: word.line, source: 'flag', spelling: `--${flag}` } as const;
  if (value !== undefined) return { ...found, value: value.replace(/,$/, '') };
  const isAlone = SWITCHES.test(flag) || next === undefined || /^-/.test(next.text);
  return { ...found, value: isAlone ? 'true' : next.text };
}
