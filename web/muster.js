// What a page of Muster does beside being read: it follows its token, keeps its times right, and copies what is to be
// taken along. All of it is there without this file too; nothing here makes markup of its own.

const FETCHES_APART_MS = 500;
const POLL_MS = 4000;
const POLL_SELDOM_MS = 30000;
const EVENTS = ['open', 'member', 'removed', 'election', 'state', 'attempt'];

document.documentElement.classList.add('js');

/** @returns {HTMLElement} */
const main = () => document.getElementById('main');

// Times.

const UNITS = [
  ['day', 86400000],
  ['hour', 3600000],
  ['minute', 60000],
  ['second', 1000],
];

/** Of src/web/times.ts. The clock of the service counts, which may not be that of this machine. */
function relative(time) {
  const span = Date.parse(time) - (Date.now() + clockLead);
  const [unit, length] = UNITS.find(([, length]) => Math.abs(span) >= 2 * length) ?? UNITS[3];
  const count = Math.floor(Math.abs(span) / length);
  if (count === 0) return 'just now';
  const text = `${count} ${unit}${count === 1 ? '' : 's'}`;
  return span < 0 ? `${text} ago` : `in ${text}`;
}

/** How far the clock of the service is ahead of this one, in milliseconds, as the last answer told. */
let clockLead = 0;

function readClock(response) {
  const date = Date.parse(response.headers.get('date') ?? '');
  if (!Number.isNaN(date) && Math.abs(date - Date.now()) > 2000) clockLead = date - Date.now();
}

function tick() {
  for (const element of document.querySelectorAll('[data-ago]')) {
    const text = relative(element.dataset.ago);
    if (element.textContent !== text) element.textContent = text;
  }
}

// Copying.

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  let isCopied = false;
  try {
    await navigator.clipboard.writeText(source.textContent);
    isCopied = true;
  } catch {
    // Over plain HTTP, browsers have no clipboard but that of the selection.
    getSelection().selectAllChildren(source);
    isCopied = document.execCommand('copy');
  }
  button.textContent = isCopied ? 'Copied' : 'Press Ctrl+C';
  announce(isCopied ? 'Copied' : 'Selected: copy it with the keyboard');
  setTimeout(() => (button.textContent = 'Copy'), 2000);
}

function announce(text) {
  document.querySelector('.announcements').textContent = text;
}

// Following a token.

/** Makes `old` what `fresh` is, and leaves alone what is alike, so that focus, selection and scrolling stay. */
function morph(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) return old.replaceWith(fresh);
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE || old.isEqualNode(fresh)) return;
  for (const { name } of [...old.attributes]) {
    // What a reader has opened stays open.
    if (!fresh.hasAttribute(name) && name !== 'open') old.removeAttribute(name);
  }
  for (const { name, value } of [...fresh.attributes]) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  morphChildren(old, fresh);
}

const keyOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node.dataset.key || node.id : '');

function morphChildren(old, fresh) {
  const byKey = new Map([...old.children].map((child) => [keyOf(child), child]));
  const wanted = new Set([...fresh.children].map(keyOf));
  let at = old.firstChild;
  for (const next of [...fresh.childNodes]) {
    const key = keyOf(next);
    // What is gone makes room for what comes behind it.
    while (at !== null && keyOf(at) !== '' && !wanted.has(keyOf(at))) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
    const same = key === '' ? undefined : byKey.get(key);
    if (same !== undefined) {
      if (same === at) at = at.nextSibling;
      else old.insertBefore(same, at);
      morph(same, next);
    } else if (at !== null && key === '' && keyOf(at) === '' && at.nodeName === next.nodeName) {
      const current = at;
      at = at.nextSibling;
      morph(current, next);
    } else {
      old.insertBefore(next, at);
      if (next.nodeType === Node.ELEMENT_NODE && next.dataset.member !== undefined)
        next.classList.add('arrived');
    }
  }
  while (at !== null) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

const membersOf = (element) =>
  new Map([...element.querySelectorAll('[data-member]')].map((row) => [row.dataset.key, row.dataset.member]));

/** Says in words what a change is, for those who do not see it. */
function describeChange(before, after) {
  const known = membersOf(before);
  const now = membersOf(after);
  const words = [];
  for (const [key, name] of now) if (!known.has(key)) words.push(`${name} registered`);
  for (const [key, name] of known) if (!now.has(key)) words.push(`${name} was removed`);
  const { taken, size, state } = after.dataset;
  if (words.length > 0 && size !== undefined) words.push(`${taken} of ${size}`);
  if (state !== before.dataset.state) words.push(state === 'complete' ? 'complete' : after.dataset.title);
  const problems = (element) =>
    new Set([...element.querySelectorAll('.finding.problem h3')].map((h) => h.textContent));
  const old = problems(before);
  for (const problem of problems(after)) if (!old.has(problem)) words.push(problem);
  return words.join(', ');
}

let isFetching = false;
let isWanted = false;
let lastFetchAt = 0;
let query = location.search;

/** Asks for the page again, soon: however much happens, two times a second at the most. */
function refresh() {
  if (isWanted) return;
  isWanted = true;
  if (!isFetching) setTimeout(load, Math.max(0, lastFetchAt + FETCHES_APART_MS - Date.now()));
}

async function load() {
  isWanted = false;
  isFetching = true;
  lastFetchAt = Date.now();
  try {
    const response = await fetch(location.pathname + query, {
      headers: { Accept: 'text/html', 'X-Muster-Fragment': 'main' },
      cache: 'no-store',
    });
    readClock(response);
    const isPage = response.headers.get('content-type')?.startsWith('text/html');
    if (isPage && response.status !== 429 && response.status < 500) show(await response.text());
  } catch {
    // The service is away; it is asked again with the next event or poll.
  }
  isFetching = false;
  if (isWanted) {
    isWanted = false;
    refresh();
  }
}

function show(markup) {
  const fresh = new DOMParser().parseFromString(markup, 'text/html').getElementById('main');
  if (fresh === null) return;
  const old = main();
  const change = describeChange(old, fresh);
  document.title = fresh.dataset.title;
  morph(old, document.adoptNode(fresh));
  tick();
  if (change !== '') announce(change);
  if (main().dataset.events === undefined) stopFollowing();
}

let source;
let pollTimer;

/** Takes the events of the token; until the first one is there, and wherever none comes through, it is asked for. */
function follow() {
  stopFollowing();
  const { events } = main().dataset;
  if (events === undefined) return;
  poll();
  // A browser has six connections to a service: a page that nobody sees takes none of them.
  if (document.hidden) return;
  source = new EventSource(events);
  for (const name of EVENTS) {
    source.addEventListener(name, (event) => {
      // The connection's own event of that name carries nothing.
      if (event.data === undefined) return;
      clearTimeout(pollTimer);
      // What the page shows already is no news.
      if (name !== 'open' || event.lastEventId !== main().dataset.revision) refresh();
    });
  }
  source.addEventListener('error', poll);
}

/** Asks for the page from time to time, and for events where their stream was refused. */
function poll() {
  clearTimeout(pollTimer);
  const { state, events } = main().dataset;
  if (events === undefined) return;
  const again = () => {
    refresh();
    if (source?.readyState === EventSource.CLOSED) follow();
    else poll();
  };
  pollTimer = setTimeout(again, state === 'open' && !document.hidden ? POLL_MS : POLL_SELDOM_MS);
}

function stopFollowing() {
  source?.close();
  source = undefined;
  clearTimeout(pollTimer);
}

// What people do.

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('.copy');
  if (button) void copy(button);
});

document.addEventListener('change', (event) => {
  const form = event.target.closest?.('form.choice');
  if (form) {
    query = `?${new URLSearchParams(new FormData(form))}`;
    history.replaceState(null, '', query + location.hash);
    refresh();
  }
});

document.addEventListener('input', (event) => {
  if (event.target.name === 'other') document.getElementById('size-other').checked = true;
});

/** What is on the screen again may be old. */
function comeBack() {
  if (main().dataset.events === undefined) return;
  refresh();
  follow();
}

addEventListener('pagehide', stopFollowing);
addEventListener('pageshow', (event) => {
  if (event.persisted) comeBack();
});
document.addEventListener('visibilitychange', () => {
  if (document.hidden) follow();
  else comeBack();
});

tick();
setInterval(tick, 1000);
follow();
