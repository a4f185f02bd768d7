/** The page of a link: follows how the linking goes. All its words come from the server. Runs in browsers of 2020. */

const EVERY_MS = 2000;
const ANSWER_MS = 15000;
const CODE_MS = 75000;
/** Nothing follows after these. */
const ENDS = ['linked', 'expired', 'revoked', 'unknown', 'elsewhere', 'failed'];

/** Time zones by how the numbers of mobiles begin there. */
const BEGINNINGS = {
  '+54 9 ': /Argentina|Buenos_Aires|America\/Cordoba/,
  '+52 ': /Mexico_City|Monterrey|Merida|Cancun|Chihuahua|Juarez|Hermosillo|Mazatlan|Tijuana|Matamoros|Bahia_Banderas/,
  '+57 ': /Bogota/,
  '+51 ': /Lima/,
  '+56 ': /Santiago|Punta_Arenas|Coyhaique/,
  '+58 ': /Caracas/,
  '+593 ': /Guayaquil/,
  '+591 ': /La_Paz/,
  '+595 ': /Asuncion/,
  '+598 ': /Montevideo/,
  '+502 ': /Guatemala/,
  '+503 ': /El_Salvador/,
  '+504 ': /Tegucigalpa/,
  '+505 ': /Managua/,
  '+506 ': /Costa_Rica/,
  '+507 ': /America\/Panama/,
  '+34 ': /Madrid|Canary|Ceuta/,
};

const live = document.getElementById('live');
const at = (id) => document.getElementById(id);

/** What the hub says, and the part that is shown for it. */
let state = 'waiting';
let shown = 'waiting';
/** `qr` or `code`: how it is to be linked. `again`: another code, while one is good. */
let way = live === null ? 'qr' : live.dataset.way;
/** What the answer before was; the same one comes without its content. */
let etag = null;
let timer = null;
let isLooking = false;
/** By the clock of the hub, which may be another one than the phone's. */
let aheadMs = 0;
let qrUntil = 0;
let codeUntil = 0;

function clock(time) {
  const isToday = time.toDateString() === new Date().toDateString();
  const hours = { hour: 'numeric', minute: '2-digit' };
  const options = isToday ? hours : Object.assign({ day: 'numeric', month: 'long' }, hours);
  return time.toLocaleString(document.documentElement.lang, options);
}

/** The part for a state, by the way that was chosen. */
function partFor() {
  if (state === 'qr' && way !== 'qr') return 'number';
  return state === 'code' && way === 'again' ? 'again' : state;
}

function show() {
  const part = partFor();
  if (part === shown) return;
  at('code-over').hidden = part !== 'number' || (shown !== 'code' && shown !== 'again');
  shown = part;
  const hadFocus = live.contains(document.activeElement);
  for (const each of live.querySelectorAll('[data-part]')) {
    each.hidden = !each.dataset.part.split(' ').includes(part);
  }
  const heading = live.querySelector('section:not([hidden]) h1');
  document.title = heading.textContent;
  scrollTo(0, 0);
  if (hadFocus && live.querySelector('section:not([hidden]) :focus') === null) heading.focus();
  say(heard(part, heading.textContent));
  tick();
}

/** A part in words: a code by its letters. */
function heard(part, heading) {
  if (part === 'code') return `${heading}: ${at('code').textContent.split('').join(' ')}`;
  return at('code-over').hidden ? heading : `${at('code-over').textContent} ${heading}`;
}

/** For those who hear the page. */
function say(text) {
  at('said').textContent = text;
}

function tell(answer) {
  state = answer.state === 'waiting' && answer.scanned ? 'linking' : answer.state;
  if (answer.code) at('code').textContent = answer.code.replace(/^(.{4})(.{4})$/, '$1-$2');
  at('code-phone').textContent = codePhone();
  at('code-for').hidden = codePhone() === '';
  if (answer.image && at('qr').getAttribute('src') !== answer.image) at('qr').src = answer.image;
  qrUntil = Date.parse(answer.qrExpiresAt);
  codeUntil = Date.parse(answer.codeExpiresAt);
  show();
  tick();
}

function secondsTo(until) {
  return Math.max(0, Math.ceil((until - Date.now() - aheadMs) / 1000)) || 0;
}

/** Counts down what is shown; when it is over, there is something new to show. */
function tick() {
  if (shown === 'qr') at('qr-left').textContent = String(secondsTo(qrUntil));
  if (shown !== 'code') return;
  const left = secondsTo(codeUntil);
  at('code-left').textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
}

function ask(path, options, deadlineMs) {
  const ending = new AbortController();
  setTimeout(() => ending.abort(), deadlineMs);
  const common = { credentials: 'same-origin', cache: 'no-store', signal: ending.signal };
  return fetch(location.pathname + path, Object.assign(common, options));
}

function setAhead(answer) {
  const theirs = Date.parse(answer.headers.get('date'));
  if (theirs) aheadMs = theirs - Date.now();
}

const PARTS_OF_REFUSALS = { 403: 'elsewhere', 404: 'unknown', 409: 'failed', 410: 'revoked' };

async function look() {
  try {
    const answer = await ask('/state', { headers: etag === null ? {} : { 'if-none-match': etag } }, ANSWER_MS);
    at('offline').hidden = answer.status < 500 && answer.status !== 429;
    setAhead(answer);
    if (answer.ok) {
      tell(await answer.json());
      etag = answer.headers.get('etag');
    } else if (PARTS_OF_REFUSALS[answer.status] !== undefined) {
      state = PARTS_OF_REFUSALS[answer.status];
      show();
    }
  } catch (_) {
    at('offline').hidden = false;
  }
}

/** Looks now, and again after a while. A page that is not seen asks nothing: it would use up the squares. */
async function follow() {
  if (isLooking || ENDS.includes(state)) return;
  clearTimeout(timer);
  isLooking = true;
  if (!document.hidden) await look();
  isLooking = false;
  if (!ENDS.includes(state)) timer = setTimeout(follow, EVERY_MS);
}

function problem(text) {
  at('code-problem').textContent = text;
  at('code-problem').hidden = text === '';
  at('phone').setAttribute('aria-invalid', String(text !== ''));
}

/** How numbers begin where the clock of the phone says that it is; a plus elsewhere. Many do not know it as a country code. */
function beginning() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? '';
  const [start = '+'] = Object.entries(BEGINNINGS).find(([, zones]) => zones.test(zone)) ?? [];
  return start;
}

/** The number that the code was made for, also after the page was loaded again; empty where this page does not know it. */
function codePhone() {
  return history.state?.codePhone ?? '';
}

/** The number in the field; where one was pasted behind the beginning of ours, that one. */
function typed() {
  const text = at('phone').value;
  return text.slice(Math.max(0, text.lastIndexOf('+'))).trim();
}

function digitsOf(text) {
  return text.replace(/\D/g, '').replace(/^00/, '');
}

/** Whether the country is missing: WhatsApp would give a code, for the number of a stranger. Known for Argentina and where +1 is dialled. */
function lacksCountry(digits) {
  return /^0/.test(digits) || /^1(?!\d{10}$)/.test(digits) || /^549(?!\d{10}$)/.test(digits);
}

/** What to tell when no code was given, by the code of the refusal. */
async function whyNot(words, answer) {
  const { code } = await answer.json().catch(() => ({}));
  if (code === 'number_refused') return words.notThis;
  if (code === 'rate_limited') return words.often;
  if (code === 'invalid_request') return words.number;
  return code === 'not_waiting_for_qr' ? words.wait : words.other;
}

async function askCode(form) {
  const words = form.dataset;
  const button = form.querySelector('button');
  if (button.disabled) return;
  const label = button.textContent;
  const phone = typed();
  problem(lacksCountry(digitsOf(phone)) ? words.number : '');
  if (!at('code-problem').hidden) return;
  say(words.asking);
  button.disabled = true;
  button.textContent = words.asking;
  try {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ phone });
    const answer = await ask('/code', { method: 'POST', headers, body }, CODE_MS);
    if (answer.ok) {
      way = 'code';
      history.replaceState({ codePhone: phone }, '');
      await look();
    } else problem(await whyNot(words, answer));
  } catch (_) {
    problem(words.other);
  }
  button.disabled = false;
  button.textContent = label;
}

function go(where) {
  way = where;
  problem('');
  show();
  if (shown === 'number' || shown === 'again') at('phone').focus();
}

/** The code, for a phone that has this page and WhatsApp. Only where the browser lets a page do so. */
function offerCopy(button) {
  if (!navigator.clipboard) return;
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(at('code').textContent).catch(() => {});
    button.textContent = button.dataset.copied;
    say(button.dataset.copied);
    setTimeout(() => {
      button.textContent = label;
    }, EVERY_MS);
  });
}

/** What was chosen and typed goes along to the other language, behind the # that no server sees. */
function keepOverLanguages() {
  const kept = new URLSearchParams(location.hash.slice(1));
  if (kept.has('way')) {
    way = kept.get('way');
    at('phone').value = kept.get('phone');
    history.replaceState({ codePhone: kept.get('of') }, '', location.pathname + location.search);
  }
  at('lang').addEventListener('click', (event) => {
    const along = { way, phone: at('phone').value, of: codePhone() };
    event.currentTarget.hash = new URLSearchParams(along).toString();
  });
}

for (const time of document.querySelectorAll('time[datetime]')) {
  time.textContent = clock(new Date(time.dateTime));
}

if (live !== null) {
  at('phone').value = beginning();
  keepOverLanguages();
  offerCopy(at('copy'));
  at('code-form').addEventListener('submit', (event) => {
    event.preventDefault();
    void askCode(event.currentTarget);
  });
  for (const button of live.querySelectorAll('[data-go]')) {
    button.addEventListener('click', () => go(button.dataset.go));
  }
  // Back from WhatsApp, or from a tunnel: at once.
  document.addEventListener('visibilitychange', follow);
  addEventListener('online', follow);
  setInterval(tick, 1000);
  void follow();
}
