/** Nesting deeper than this is cut. */
const maxDepth = 6;
/** Facts worth a field on errors of the libraries in use; everything else (payloads, requests) stays out of the log. */
const facts = ["code", "errno", "syscall", "method", "error_code", "description", "status", "retryAfterMs"];

/**
 * Log fields as plain data: errors become {name, message, code…, stack, cause}, wherever they are nested. Payloads that
 * errors carry are dropped, because they hold message text. Cycles and deep nesting are cut.
 */
export function describeFields(value: unknown, depth = 0): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value === null || typeof value !== "object") return typeof value === "function" ? undefined : value;
  if (depth >= maxDepth) return "[deep]";
  if (value instanceof Error) return describeError(value, depth);
  if (Array.isArray(value)) return value.map((entry) => describeFields(entry, depth + 1));
  if (value instanceof Map) return describeFields(Object.fromEntries(value), depth);
  if (value instanceof Set) return describeFields([...value], depth);
  if (value instanceof URL) return value.href;
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, describeFields(entry, depth + 1)]));
}

function describeError(error: Error, depth: number): unknown {
  const described: Record<string, unknown> = { name: error.name, message: error.message };
  for (const key of facts) {
    const fact: unknown = Reflect.get(error, key);
    if (typeof fact === "string" || typeof fact === "number") described[key] = fact;
  }
  if (error.stack !== undefined) described.stack = error.stack;
  const nested: unknown = error.cause ?? Reflect.get(error, "error");
  if (nested !== undefined) described.cause = describeFields(nested, depth + 1);
  if (error instanceof AggregateError) described.errors = describeFields(error.errors, depth + 1);
  return described;
}
