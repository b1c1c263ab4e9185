/** See node-version.mjs. */
export declare function nodeFault(version: string): string | undefined;
