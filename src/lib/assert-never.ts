/** Marks a switch as exhaustive; throws if a value slips past the types. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
