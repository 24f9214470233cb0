// Plain JavaScript: it must run on a Node that cannot run the rest.
const NEEDED = 24;
const major = Number(process.versions.node.split('.')[0]);
if (major < NEEDED) {
  console.error(
    `Node ${NEEDED} or newer is needed, and this is ${process.versions.node}. On Linux (x64, arm64) npm ci ` +
      'brings it along, unless optional dependencies are left out. Elsewhere install it from nodejs.org.',
  );
  process.exit(1);
}
