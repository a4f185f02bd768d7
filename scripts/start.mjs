// `npm start`: everything from a fresh clone to a running service.
import './check-node.mjs';
import { wordsOf } from './words.mjs';

// npm keeps a flag that stands before "--" and hands it over as this variable alone.
if (process.env.npm_config_demo) {
  console.error(wordsOf().demoFlag);
  process.exit(2);
}

const { launch } = await import('./launch.mjs');
const { fail, ROOT } = await import('./lib.mjs');
const args = process.argv.slice(2);
launch(`${ROOT}/packages/cli/src/main.mjs`, ['start', '--exit-with-parent', ...args]).then(
  (code) => process.exit(code),
  fail,
);
