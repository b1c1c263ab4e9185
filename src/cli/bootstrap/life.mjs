/** A terminal's line moves every second; anything else gets a line now and then, so that a log stays readable. */
const TERMINAL_MS = 1000;
const PLAIN_MS = 15_000;
/** Says nothing about how far it is. */
const NOISE = /^npm (warn|notice)\b/;
const ESCAPES = /\u001b\[[0-9;?]*[A-Za-z]/g;

/**
 * What is told about a program that still runs: how long it has, and the last line it wrote.
 *
 * @param {number} elapsedMs
 * @param {string} output all it wrote so far
 * @param {number} columns longest line
 * @returns {string} one line without its end
 */
export function lifeLine(elapsedMs, output, columns) {
  const last = output
    .replace(ESCAPES, "")
    .split(/[\r\n]/)
    .findLast((line) => line.trim() !== "" && !NOISE.test(line));
  const line = `  … ${Math.floor(elapsedMs / 1000)} s${last === undefined ? "" : `  ${last.trim()}`}`;
  return line.length <= columns ? line : `${line.slice(0, columns - 1)}…`;
}

/**
 * Shows that something goes on until the returned function is called: a moving line in a terminal, which leaves nothing
 * behind; a line each 15 s elsewhere.
 *
 * @param {{ isTTY?: boolean, columns?: number, write: (text: string) => unknown }} screen e.g. process.stdout
 * @param {() => string} output all that was written so far
 * @returns {() => void}
 */
export function showLife(screen, output) {
  const started = Date.now();
  const terminal = screen.isTTY === true;
  const columns = terminal ? screen.columns || 80 : 120;
  const tell = () => {
    const line = lifeLine(Date.now() - started, output(), columns);
    screen.write(terminal ? `\r\u001b[K${line}` : `${line}\n`);
  };
  const timer = setInterval(tell, terminal ? TERMINAL_MS : PLAIN_MS);
  return () => {
    clearInterval(timer);
    if (terminal) screen.write("\r\u001b[K");
  };
}
