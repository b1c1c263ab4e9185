const MIN_NODE = [20, 19];

/**
 * What is wrong with this Node.js, as one sentence; undefined when it will do.
 *
 * @param {string} version as in process.versions.node, e.g. "18.20.4"
 * @returns {string | undefined}
 */
export function nodeFault(version) {
  const [major, minor] = version.split(".").map(Number);
  if (major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1])) return undefined;
  return `Node.js ${MIN_NODE.join(".")} or newer is needed, this is ${version}: install the current LTS (for example "nvm install --lts", or from nodejs.org) and run the same command again.`;
}
