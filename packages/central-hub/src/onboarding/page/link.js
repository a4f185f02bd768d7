/** The page of a link: follows how the linking goes. All its words come from the server. */

const EVERY_MS = 2000;
const SLOW_MS = 60000;
const ANSWER_MS = 15000;
/** Nothing follows after these. */
const ENDS = ['linked', 'expired', 'revoked', 'unknown', 'elsewhere', 'failed'];

const live = document.getElementById('live');
let shown = 'waiting';
let since = Date.now();

function clock(at) {
  const isToday = at.toDateString() === new Date().toDateString();
  const day = isToday ? {} : { day: 'numeric', month: 'long' };
  return at.toLocaleString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit', ...day });
}

for (const time of document.querySelectorAll('time[datetime]')) {
  time.textContent = clock(new Date(time.dateTime));
}

function show(state) {
  if (state !== shown) since = Date.now();
  shown = state;
  for (const part of document.querySelectorAll('[data-part]')) {
    part.hidden = !part.dataset.part.split(' ').includes(state);
  }
  for (const slow of document.querySelectorAll('.slow')) slow.hidden = Date.now() - since < SLOW_MS;
}

/** After a QR or a code, waiting means that the phone has taken it. */
function partOf(state) {
  const wasShown = ['qr', 'code', 'linking'].includes(shown);
  return state === 'waiting' && wasShown ? 'linking' : state;
}

function tell({ state, image, code, codeExpiresAt }) {
  show(partOf(state));
  const picture = document.getElementById('qr');
  if (image !== undefined && picture.getAttribute('src') !== image) picture.src = image;
  if (code === undefined) return;
  document.getElementById('code').textContent = code.replace(/^(.{4})(.{4})$/, '$1-$2');
  document.getElementById('code-until').textContent = clock(new Date(codeExpiresAt));
}

function offline(isOffline) {
  document.getElementById('offline').hidden = !isOffline;
}

function ask(path, options) {
  return fetch(`${location.pathname}${path}`, {
    credentials: 'same-origin',
    cache: 'no-store',
    signal: AbortSignal.timeout ? AbortSignal.timeout(ANSWER_MS) : undefined,
    ...options,
  });
}

async function look() {
  try {
    const answer = await ask('/state');
    offline(answer.status >= 500 || answer.status === 429);
    if (answer.ok) tell(await answer.json());
    else if (answer.status === 403) show('elsewhere');
    else if (answer.status === 404) show('unknown');
    else if (answer.status === 410) show('revoked');
    else if (answer.status === 409) show('failed');
  } catch {
    offline(true);
  }
}

async function follow() {
  if (!document.hidden) await look();
  if (!ENDS.includes(shown)) setTimeout(follow, EVERY_MS);
}

function problem(text) {
  const place = document.getElementById('code-problem');
  place.textContent = text;
  place.hidden = text === '';
}

/** What to tell when no code was given, by the status of the answer. */
async function whyNot(words, answer) {
  const { code } = await answer.json().catch(() => ({}));
  if (code === 'number_refused') return words.notThis;
  if (code === 'rate_limited') return words.often;
  if (code === 'invalid_request') return words.number;
  return code === 'not_waiting_for_qr' ? words.wait : words.other;
}

async function askCode(form) {
  const { value } = document.getElementById('phone');
  const words = form.dataset;
  const button = form.querySelector('button');
  if (button.disabled) return;
  const label = button.textContent;
  problem('');
  button.disabled = true;
  button.textContent = words.asking;
  try {
    const headers = { 'content-type': 'application/json' };
    const signal = AbortSignal.timeout ? AbortSignal.timeout(ANSWER_MS * 5) : undefined;
    const answer = await ask('/code', { method: 'POST', headers, body: JSON.stringify({ phone: value }), signal });
    if (answer.ok) {
      await look();
      scrollTo(0, 0);
    } else problem(await whyNot(words, answer));
  } catch {
    problem(words.other);
  } finally {
    button.disabled = false;
    button.textContent = label;
  }
}

if (live !== null) {
  const form = document.getElementById('code-form');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void askCode(form);
  });
  void follow();
}
