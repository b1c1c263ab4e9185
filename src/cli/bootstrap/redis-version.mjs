/** The oldest Redis or Valkey that has all commands of the scripts. */
export const MIN_VERSION = [6, 2];

/**
 * @param {string} output of `redis-server --version`, e.g. "Redis server v=7.0.15 sha=…"
 * @returns {boolean}
 */
export function isNewEnough(output) {
  const match = /v=(\d+)\.(\d+)/.exec(output);
  if (match === null) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  const [minMajor = 0, minMinor = 0] = MIN_VERSION;
  return major > minMajor || (major === minMajor && minor >= minMinor);
}
