/**
 * Loaded into a service before anything else (`--import`): the same process, under the same pid, begins anew inside the
 * network namespace that `ENTER_NAMESPACE` names.
 */
const { ENTER_NAMESPACE: namespace, NODE_OPTIONS: _without, ...env } = process.env;
const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
if (namespace !== undefined) process.execve?.('/usr/bin/nsenter', ['nsenter', `--net=${namespace}`, ...command], env);
