/**
 * Loaded into a service before anything else (`--import`): the same process, under the same pid, begins again inside the
 * network namespace that `ENTER_NAMESPACE` names. It dies with the proof that started it, were that killed: the
 * namespace would outlive it as long as the service.
 */
const { ENTER_NAMESPACE: namespace, NODE_OPTIONS: _without, ...env } = process.env;
const enter = ['nsenter', `--net=${namespace}`, 'setpriv', '--pdeathsig', 'KILL'];
const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
if (namespace !== undefined) process.execve?.('/usr/bin/nsenter', [...enter, ...command], env);
