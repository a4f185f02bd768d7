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
    return this.actions.takeover();
  }

  reconnect() {
    return this.actions.reconnect();
  }
}

export const Socket = new SocketModel({ state: 'UNLAUNCHED', stream: 'DISCONNECTED', hasSynced: false });

/** `WAWebConnModel.Conn`: whose connection it is. */
class ConnModel extends Model {
  static attributes = ['ref', 'pushname', 'platform', 'wid', 'battery', 'plugged', 'connected', 'lc', 'lg', 'is24h'];
}

export const Conn = new ConnModel({ platform: 'android', connected: false, lg: 'en', lc: 'US', is24h: true });

/** `WAWebStreamModel.Stream`. */
class StreamModel extends Model {
  static attributes = ['mode', 'available', 'displayInfo'];

  markAvailable() {
    this.available = true;
  }

  markUnavailable() {
    this.available = false;
  }
}

export const Stream = new StreamModel({ mode: 'QR', available: false });

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
