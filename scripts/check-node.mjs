// Imported first, for its effect: anything newer than this line's own syntax must not be parsed by a Node that is too old.
const OLDEST = 20;
const major = Number(process.versions.node.split('.')[0]);
if (major < OLDEST) {
  console.error(`LeadMaster needs Node ${OLDEST} or later to install itself; this is Node ${process.versions.node}.`);
  console.error('Install a current Node (https://nodejs.org/en/download), then run the same command again.');
  process.exit(1);
}
