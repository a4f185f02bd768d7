import { StandinError } from './errors.ts';
import type { Phone } from './phone.ts';
import { parseCapping, parseErasing, parsePast, parseTimelock } from './validate.ts';

type Body = Readonly<Record<string, unknown>>;
type Order = (phone: Phone, body: Body) => unknown;

/** What can be ordered of a phone's live page and account, by the last part of its route. */
const ORDERS: Readonly<Record<string, Order>> = {
  passkey: (phone) => phone.grantPasskey(),
  reload: (phone, { device }) => phone.reload(device === undefined ? undefined : Number(device)),
  erase(phone, body) {
    const { code, ...texts } = parseErasing(body);
    phone.erase(code, texts);
  },
  state: (phone, { state }) => phone.setState(String(state)),
  tos(phone, { tos }) {
    if (tos !== 0 && tos !== 1 && tos !== 2 && tos !== 3) {
      throw new StandinError('bad_request', `'tos' is 0, 1, 2 or 3, not ${JSON.stringify(tos)}`);
    }
    phone.setTos(tos);
  },
  timelock: (phone, body) => phone.timelock(parseTimelock(body)),
  reconnect: (phone) => phone.reconnectDevices(),
  remember: (phone, body) => phone.remember(parsePast(body)),
  capping: (phone, body) => phone.capping(parseCapping(body)),
};

/** The order of that name, as an answer to a request; null when there is none. */
export function orderOf(name: string, phone: () => Phone): ((body: Body) => unknown) | null {
  const order = Object.hasOwn(ORDERS, name) ? ORDERS[name] : undefined;
  return order ? (body) => order(phone(), body) : null;
}
