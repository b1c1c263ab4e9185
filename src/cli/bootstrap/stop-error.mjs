/** A reason to stop that a person can act on: its message is one sentence with the command to run. */
export class StopError extends Error {
  name = "StopError";
}
