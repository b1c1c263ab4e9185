/** See life.mjs. */
export declare function lifeLine(elapsedMs: number, output: string, columns: number): string;
export declare function showLife(
  screen: { isTTY?: boolean; columns?: number; write: (text: string) => unknown },
  output: () => string,
): () => void;
