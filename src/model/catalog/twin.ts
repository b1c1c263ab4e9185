/** The shape another language must have: the same keys, texts for texts, functions of the same arguments for functions. */
export type Twin<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...args: infer A) => string
      ? (...args: A) => string
      : T[K] extends ((...args: infer A) => string) | string
        ? string | ((...args: A) => string)
        : Twin<T[K]>;
};
