// `npm start`: everything from a fresh clone to a running service.
import './check-node.mjs';

const { launch } = await import('./launch.mjs');
const { fail, ROOT } = await import('./lib.mjs');
const args = process.argv.slice(2);
launch(`${ROOT}/packages/cli/src/main.mjs`, ['start', '--exit-with-parent', ...args]).then(
  (code) => process.exit(code),
  fail,
);
