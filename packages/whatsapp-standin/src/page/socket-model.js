import { Emitter } from './events.js';
import { Model } from './models.js';

/** `WAWebSocketModel.Socket`: the state of the connection, as everybody reads it. */
class SocketModel extends Model {
  static attributes = ['state', 'stream', 'hasSynced'];
  /** Set by the session, which knows how. */
  actions = { logout: async () => {}, takeover: () => {}, reconnect: () => {} };

  logout() {
    return this.actions.logout();
  }

  takeover() {
    if (this.state !== 'CONFLICT') throw new Error('takeover without a conflict');
    return this.actions.takeover();
  }

  reconnect() {
    return this.actions.reconnect();
  }
}

export const Socket = new SocketModel({ state: 'UNLAUNCHED', stream: 'DISCONNECTED', hasSynced: false });

/** `WAWebConnModel.Conn`: whose connection it is. */
class ConnModel extends Model {
  static attributes = [
    'ref',
    'pushname',
    'platform',
    'wid',
    'battery',
    'plugged',
    'connected',
    'lc',
    'lg',
    'is24h',
    'tos',
  ];
}

export const Conn = new ConnModel({ platform: 'android', connected: false, lg: 'en', lc: 'US', is24h: true, tos: 0 });

/** `WAWebStreamModel.Stream`. */
class StreamModel extends Model {
  static attributes = ['mode', 'info', 'available', 'needsUpdate', 'displayInfo'];

  markAvailable() {
    this.available = true;
  }

  markUnavailable() {
    this.available = false;
  }
}

export const Stream = new StreamModel({ mode: 'QR', info: 'OFFLINE', available: false, needsUpdate: false });

/** What the stream shows while the socket is in a state of its own: `[mode, info]`. */
const SHOWN = {
  UNLAUNCHED: ['OFFLINE', 'OFFLINE'],
  OPENING: ['OFFLINE', 'OPENING'],
  TIMEOUT: ['OFFLINE', 'OFFLINE'],
  PAIRING: ['QR', 'PAIRING'],
  UNPAIRED: ['QR', 'PAIRING'],
  UNPAIRED_IDLE: ['QR', 'PAIRING'],
  SCREEN_LOCKED: ['MAIN', 'NORMAL'],
};

/** Keeps `Socket.stream` and the stream's mode with the state: a page is MAIN and NORMAL once it has synced. */
function showStream() {
  const { state, hasSynced } = Socket;
  const up = state === 'CONNECTED';
  Socket.stream = up ? (hasSynced ? 'CONNECTED' : 'SYNCING') : 'DISCONNECTED';
  const connected = hasSynced ? ['MAIN', 'NORMAL'] : ['SYNCING', 'SYNCING'];
  const [mode, info] = up ? connected : (SHOWN[state] ?? [state, 'OFFLINE']);
  Stream.set({ mode, info, needsUpdate: state === 'DEPRECATED_VERSION' });
}

Socket.on('change:state change:hasSynced', showStream);

/** `WAWebCmd.Cmd`: orders shouted through the page. */
class CommandBus extends Emitter {
  actions = { refreshQR: () => {} };

  refreshQR() {
    return this.actions.refreshQR();
  }
}

export const Cmd = new CommandBus();

/** How far the offline messages have come, in per cent. */
export const offlineProgress = { percent: 0 };
