// PM2:  pm2 start packaging/ecosystem.config.cjs   (docs/service.md)
// Settings are those of .env; others may be put under `env`, and go before those.
const path = require('node:path');

const checkout = path.join(__dirname, '..');

module.exports = {
  apps: [
    {
      name: 'leadmaster',
      cwd: checkout,
      // The shell script becomes the service itself (`exec`): PM2 watches the right pid and no signal is lost on the way.
      script: path.join(checkout, 'leadmaster'),
      interpreter: 'none',
      args: 'start',
      exec_mode: 'fork',
      instances: 1,
      // The service closes its browsers itself, in order. Signals to them from outside would only be in its way.
      treekill: false,
      // Longer than the service's own limit (SHUTDOWN_DEADLINE_S, 30 s, and 15 s of grace): PM2's SIGKILL must never be first.
      kill_timeout: 60_000,
      // The service wants a folder to itself: a start while the last one still ends would be refused.
      restart_delay: 2000,
      // Wrong settings and wrong usage do not get better by trying again.
      stop_exit_codes: [2],
      merge_logs: true,
      // Lines for people in `pm2 logs`; "json" where a program collects them.
      env: { LOG_FORMAT: 'pretty' },
    },
  ],
};
