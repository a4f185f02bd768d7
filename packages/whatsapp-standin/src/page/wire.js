/**
 * The socket to the server: opens it, keeps it alive, opens it again. Knows nothing of the messages on it.
 */
const URL = 'wss://web.whatsapp.com/ws/chat';
const GREETING_MS = 20_000;
const BACKOFF_MS = [400, 800, 1_600, 3_000, 5_000];

export class Wire {
  /** Random name of this page load. */
  instance = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16)).join('');
  #handlers;
  #socket = null;
  #stopped = false;
  #failures = 0;
  #calls = new Map();
  #nextCall = 1;
  #keepAlive = null;
  #timers = new Set();
  #answered = true;
  /** Grows with every socket: a message for an older one must not go over this one. */
  epoch = 0;

  /** @param handlers `{ message(message), lost(failures) }` */
  constructor(handlers) {
    this.#handlers = handlers;
  }

  connect() {
    this.#stopped = false;
    this.epoch += 1;
    const socket = new WebSocket(URL);
    this.#socket = socket;
    const tooLate = this.#after(GREETING_MS, () => socket.close());
    socket.onopen = () => this.send({ t: 'hello', version: window.__version, instance: this.instance });
    socket.onmessage = (event) => {
      if (socket !== this.#socket) return;
      const message = JSON.parse(event.data);
      if (message.t === 'hello') {
        clearTimeout(tooLate);
        this.#failures = 0;
        this.#watch(socket, message.keepAliveMs);
      }
      if (message.t === 'reply') this.#settle(message);
      else if (message.t === 'pong') this.#answered = true;
      else this.#handlers.message(message);
    };
    socket.onclose = () => {
      clearTimeout(tooLate);
      if (socket === this.#socket) this.#lost();
    };
  }

  get open() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  send(message) {
    if (this.open) this.#socket.send(JSON.stringify(message));
  }

  /** Sends a question and resolves with its answer. */
  call(message) {
    const call = this.#nextCall++;
    return new Promise((resolve, reject) => {
      if (!this.open) return reject(new Error('not connected'));
      this.#calls.set(call, { resolve, reject });
      this.send({ ...message, call });
    });
  }

  /** Closes until the next connect. */
  stop() {
    this.#stopped = true;
    const socket = this.#socket;
    this.#socket = null;
    this.#clear();
    socket?.close();
  }

  /** Drops what there is and starts over. */
  restart() {
    this.stop();
    this.connect();
  }

  #settle({ call, ok, value }) {
    const waiting = this.#calls.get(call);
    this.#calls.delete(call);
    if (ok) waiting?.resolve(value);
    else waiting?.reject(new Error(String(value)));
  }

  #watch(socket, everyMs) {
    clearInterval(this.#keepAlive);
    this.#answered = true;
    this.#keepAlive = setInterval(() => {
      // An answer that has not come within a whole round is not coming: the line is dead, though it was not closed.
      if (this.#answered) {
        this.#answered = false;
        this.send({ t: 'ping' });
      } else if (socket === this.#socket) {
        this.#socket = null;
        socket.close();
        this.#lost();
      }
    }, everyMs);
  }

  #lost() {
    this.#clear();
    if (this.#stopped) return;
    this.#handlers.lost(this.#failures);
    const wait = BACKOFF_MS[Math.min(this.#failures++, BACKOFF_MS.length - 1)];
    this.#after(wait, () => {
      if (!this.#stopped) this.connect();
    });
  }

  #clear() {
    clearInterval(this.#keepAlive);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    for (const { reject } of this.#calls.values()) reject(new Error('connection lost'));
    this.#calls.clear();
  }

  #after(ms, action) {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, ms);
    this.#timers.add(timer);
    return timer;
  }
}
