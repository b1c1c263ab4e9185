/** Keys remembered at most. */
const most = 10_000;

/** Puts a value as the newest of a map; beyond 10,000 the oldest is forgotten. */
export function remember<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  const oldest = map.keys().next();
  if (oldest.done !== true) map.delete(oldest.value);
}
