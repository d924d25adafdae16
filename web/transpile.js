// The page that transpiles: what is written is transpiled in this browser as it changes. The library is the one of the
// command, module by module; nothing is asked of the service once it is here.

const root = document.querySelector('.transpiler');
const [{ readEtcdSettings, transpile }, { lintEtcd }] = await Promise.all(
  root.dataset.library.split(' ').map((path) => import(path)),
);

const PAUSE_MS = 150;
/** How many entries are shown; a text that is no config at all may have thousands. */
const SHOWN_MAX = 200;
/** How many lines around the one that an entry is about. */
const AROUND = 1;

const field = (id) => document.getElementById(id);
const [config, platform, output, mounts] = ['config', 'platform', 'output', 'mounts'].map(field);
const result = field('result').querySelector('code');

function make(name, className, ...content) {
  const element = document.createElement(name);
  if (className !== '') element.className = className;
  element.append(...content);
  return element;
}

/** `NAME=PATH,...` as an object; what is not of this form is left out. */
function readMounts() {
  const pairs = mounts.value.split(',').map((pair) => /^\s*([^=]+)=(\/.*?)\s*$/.exec(pair));
  return Object.fromEntries(pairs.filter(Boolean).map(([, name, path]) => [name, path]));
}

function readOptions() {
  const common = { platform: platform.value, pretty: true };
  if (output.value === 'butane') return { ...common, to: 'butane', mounts: readMounts() };
  return { ...common, profile: output.value, mounts: readMounts() };
}

/** Columns count characters, of which some are two for JavaScript. */
function splitAt(line, column) {
  const characters = [...line];
  return [characters.slice(0, column - 1).join(''), characters.slice(column - 1).join('')];
}

/** The lines around a place, with what is at it marked. */
function excerpt(lines, { line, column }) {
  const first = Math.max(0, line - 1 - AROUND);
  const shown = lines.slice(first, line + AROUND).map((text, index) => {
    const number = make('span', 'number', `${first + index + 1}`);
    if (first + index !== line - 1) return make('span', 'line', number, `${text}\n`);
    const [before, behind] = splitAt(text, column);
    return make('span', 'line marked', number, before, make('mark', '', behind || ' '), '\n');
  });
  return make('pre', 'excerpt', make('code', '', ...shown));
}

/** Brings the place of an entry before the reader, with its line selected. */
function goTo(lines, { line }) {
  const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  config.focus();
  config.setSelectionRange(start, start + (lines[line - 1] ?? '').length);
  config.scrollTop = (config.scrollHeight / lines.length) * Math.max(0, line - 4);
}

function describeEntry(lines, entry) {
  const { severity, message, line, column } = entry;
  const label = make('p', 'label', make('span', 'severity', severity));
  const item = make('li', `finding ${severity === 'error' ? 'problem' : severity}`, label);
  item.append(make('p', 'message', message));
  if (line === undefined || column === undefined) return item;
  const button = make('button', 'place', `line ${line}, column ${column}`);
  button.type = 'button';
  button.addEventListener('click', () => goTo(lines, entry));
  label.append(button);
  item.append(excerpt(lines, entry));
  return item;
}

function countOf(report, severity, one, many) {
  const count = report.filter((entry) => entry.severity === severity).length;
  return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
}

function describeVerdict({ output: document, report }) {
  const counts = [
    ...countOf(report, 'error', 'error', 'errors'),
    ...countOf(report, 'warning', 'warning', 'warnings'),
    ...countOf(report, 'info', 'note', 'notes'),
  ].join(', ');
  const begin = document === undefined ? 'There is no result' : 'It is transpiled';
  return counts === '' ? `${begin}.` : `${begin}: ${counts}.`;
}

/** The document, and what is to be said of it and of what etcd is told. */
function transpileAndLint(text, options) {
  const made = transpile(text, options);
  const etcd = made.output === undefined ? undefined : readEtcdSettings(text, options);
  return etcd === undefined ? made : { ...made, report: [...made.report, ...lintEtcd(etcd, {})] };
}

function show() {
  const text = config.value;
  const made = transpileAndLint(text, readOptions());
  const lines = text.replace(/\n$/, '').split('\n');
  field('verdict').textContent = describeVerdict(made);
  field('report').replaceChildren(
    ...made.report.slice(0, SHOWN_MAX).map((entry) => describeEntry(lines, entry)),
    ...(made.report.length > SHOWN_MAX
      ? [make('li', 'hint', `and ${made.report.length - SHOWN_MAX} more`)]
      : []),
  );
  result.textContent = made.output ?? '';
  result.closest('section').hidden = made.output === undefined;
  root.dataset.state = made.output === undefined ? 'failed' : 'made';
}

let timer;
for (const element of [config, platform, output, mounts]) {
  element.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(show, PAUSE_MS);
  });
}
show();
