import { expect, test } from 'vitest';
import { type Action, action, actionFieldsOf, actionsIn, COMMANDS, commandOf } from '../src/index.ts';

/** Each field that a kind has, with a value. */
const VALUES: Record<string, unknown> = {
  ...{ session: 'acme.ventas', snapshot: '12-0a1b2c3d', sessions: ['ventas', 'acme.soporte'], feature: 'text' },
  ...{ name: 'crm', tenant: 'acme', url: 'https://otro:3001', machine: 'm2' },
  ...{ path: "/srv/it's here", file: '/tmp/ventas.lm', to: 'https://otro:3001', copy: '/mnt/usb/vault.key' },
};

const FULL = action.options.map(({ shape }) => {
  const fields = Object.keys(shape).filter((field) => field !== 'kind');
  const kind = shape.kind.value;
  return { kind, ...Object.fromEntries(fields.map((field) => [field, VALUES[field] ?? true])) } as Action;
});

test.each(FULL)('an action of the kind $kind is read from the command that it is printed as', (full) => {
  expect(action.parse(full)).toEqual(full);
  expect(actionsIn(`Do it: "${commandOf(full)}".`)).toEqual([full]);
  // Without quotes, as the doctor's words have it.
  expect(actionsIn(`Do it: ${commandOf(full)}.`)).toEqual([full]);
});

test.each(Object.keys(COMMANDS) as Action['kind'][])('%s leaves open what the operator is to choose', (kind) => {
  const open = { kind } as Action;
  expect(actionsIn(`"${commandOf(open)}"`)).toEqual([open]);
});

test('a hint with several commands proposes them in its order, each once', () => {
  const hint =
    'Keep it: "./leadmaster account ventas --accept". Else: "./leadmaster session delete ventas", or "./leadmaster account ventas --accept".';
  expect(actionFieldsOf(hint)).toEqual({
    action: { kind: 'account_accept', session: 'ventas' },
    furtherActions: [{ kind: 'delete', session: 'ventas' }],
  });
});

test.each(['/srv/a "quoted" folder', '/srv/ends with a dot.', "/srv/it's"])(
  'a path such as %s is read as it is',
  (path) => {
    const full: Action = { kind: 'adopt', path, session: 'ventas' };
    expect(actionsIn(`Take it: "${commandOf(full)}", or move it away.`)).toEqual([full]);
  },
);

test('a hint without a command, or with one that is no action, proposes nothing', () => {
  expect(actionFieldsOf('Free some space.')).toEqual({});
  expect(actionFieldsOf('Look: "./leadmaster dance ventas".')).toEqual({});
});
