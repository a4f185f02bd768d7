// What the launchers say. Parsed by any Node that knows modules: `check-node.mjs` speaks of those that are too old.

const en = {
  tooOld: (oldest, own) =>
    `LeadMaster needs Node ${oldest} or later to install itself; this is Node ${own}.\n` +
    'Install a current Node (https://nodejs.org/en/download), then run the same command again.',
  noRuntime: (wanted, platform, own) =>
    `LeadMaster runs on Node ${wanted}. For this platform (${platform}) none is packaged,\n` +
    `and the machine's own is Node ${own}. Install Node ${wanted} (https://nodejs.org/en/download), then run the same command again.`,
  demoFlag: 'npm keeps a "--demo" that stands before "--" for itself. Write: npm start -- --demo',
  installing: 'Installing the locked dependencies (once) ...',
  installed: (seconds) => `Installed in ${seconds} s.`,
  notWhole: (root) => `${root} is not a whole checkout: package-lock.json is missing.`,
  noNpm: (why) => `npm cannot be run (${why}). It comes with Node: https://nodejs.org/en/download`,
  stoppedInstalling: 'Stopped while installing; the next start begins again.',
  stoppedBefore: 'Stopped before anything was installed.',
  stoppedService: 'Stopped before the service started.',
  unreachable: (code) =>
    `The npm registry cannot be reached (${code}), so the dependencies are not installed.\n` +
    'Check the network, or the proxy and registry of "npm config list", then run the same command again.',
  npmSaid: (text) => `The dependencies could not be installed. npm said:\n${text}`,
  otherStart: (pid) => `Another start is installing (process ${pid}); waiting for it.`,
  tooLong: (file) => `Another start has been installing for very long. If none runs, remove ${file}`,
  cannotInstall: (why) => `Cannot install here: ${why}`,
  buildingDashboard: 'Building the dashboard ...',
  dashboardBuilt: (seconds) => `Built in ${seconds} s.`,
  dashboardNotBuilt: (text) => `The dashboard could not be built. Vite said:\n${text}`,
};

/** @type {typeof en} */
const es = {
  tooOld: (oldest, own) =>
    `LeadMaster necesita Node ${oldest} o posterior para instalarse; este es Node ${own}.\n` +
    'Instale un Node actual (https://nodejs.org/en/download), y dé el mismo comando otra vez.',
  noRuntime: (wanted, platform, own) =>
    `LeadMaster funciona con Node ${wanted}. Para esta plataforma (${platform}) no viene ninguno,\n` +
    `y el de la máquina es Node ${own}. Instale Node ${wanted} (https://nodejs.org/en/download), y dé el mismo comando otra vez.`,
  demoFlag: 'npm se queda con un "--demo" que está antes de "--". Escriba: npm start -- --demo',
  installing: 'Instalando las dependencias fijadas (una sola vez) ...',
  installed: (seconds) => `Instalado en ${seconds} s.`,
  notWhole: (root) => `A ${root} le falta package-lock.json: el repositorio no está completo.`,
  noNpm: (why) => `npm no se puede ejecutar (${why}). Viene con Node: https://nodejs.org/en/download`,
  stoppedInstalling: 'Detenido mientras instalaba; el próximo arranque empieza de nuevo.',
  stoppedBefore: 'Detenido antes de instalar algo.',
  stoppedService: 'Detenido antes de que arrancara el servicio.',
  unreachable: (code) =>
    `No se llega al registro de npm (${code}), así que las dependencias no están instaladas.\n` +
    'Revise la red, o el proxy y el registro que muestra "npm config list", y dé el mismo comando otra vez.',
  npmSaid: (text) => `Las dependencias no se pudieron instalar. npm dijo:\n${text}`,
  otherStart: (pid) => `Otro arranque está instalando (proceso ${pid}); se espera a que termine.`,
  tooLong: (file) => `Otro arranque lleva mucho tiempo instalando. Si no hay ninguno, borre ${file}`,
  cannotInstall: (why) => `Aquí no se puede instalar: ${why}`,
  buildingDashboard: 'Construyendo el panel ...',
  dashboardBuilt: (seconds) => `Construido en ${seconds} s.`,
  dashboardNotBuilt: (text) => `El panel no se pudo construir. Vite dijo:\n${text}`,
};

/** By the same rule as the command line, but for the settings file, which is not read here. */
export function wordsOf(env = process.env) {
  const named = env.LEADMASTER_LANG || env.LC_ALL || env.LC_MESSAGES || env.LANG || '';
  return /^es(?![a-z])/i.test(named) ? es : en;
}
