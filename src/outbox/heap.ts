/** Smallest first; entries of equal rank in order of insertion. `push` and `pop` are O(log n). */
export interface Heap<T> {
  readonly size: number;
  push(rank: number, value: T): void;
  peek(): { readonly rank: number; readonly value: T } | undefined;
  pop(): { readonly rank: number; readonly value: T } | undefined;
}

interface Node<T> {
  readonly rank: number;
  readonly order: number;
  readonly value: T;
}

/** An empty binary heap. */
export function createHeap<T>(): Heap<T> {
  const nodes: Node<T>[] = [];
  let inserted = 0;
  return {
    get size() {
      return nodes.length;
    },
    push(rank, value) {
      nodes.push({ rank, order: inserted++, value });
      rise(nodes, nodes.length - 1);
    },
    peek: () => nodes[0],
    pop() {
      const top = nodes[0];
      const last = nodes.pop();
      if (last !== undefined && last !== top) {
        nodes[0] = last;
        sink(nodes, 0);
      }
      return top;
    },
  };
}

function before<T>(a: Node<T>, b: Node<T>): boolean {
  return a.rank < b.rank || (a.rank === b.rank && a.order < b.order);
}

function rise<T>(nodes: Node<T>[], from: number): void {
  let at = from;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!swapIfBefore(nodes, at, parent)) return;
    at = parent;
  }
}

function sink<T>(nodes: Node<T>[], from: number): void {
  let at = from;
  for (;;) {
    const left = 2 * at + 1;
    const l = nodes[left];
    if (l === undefined) return;
    const r = nodes[left + 1];
    const child = r !== undefined && before(r, l) ? left + 1 : left;
    if (!swapIfBefore(nodes, child, at)) return;
    at = child;
  }
}

function swapIfBefore<T>(nodes: Node<T>[], child: number, parent: number): boolean {
  const c = nodes[child];
  const p = nodes[parent];
  if (c === undefined || p === undefined || !before(c, p)) return false;
  nodes[child] = p;
  nodes[parent] = c;
  return true;
}
