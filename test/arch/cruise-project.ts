import { createRequire } from "node:module";
import { cruise, type IForbiddenRuleType } from "dependency-cruiser";

interface CruiserConfig {
  readonly forbidden: readonly (IForbiddenRuleType & { name: string })[];
  readonly options: Record<string, unknown>;
}

/** The import rules of this project. */
export const config = createRequire(import.meta.url)("../../.dependency-cruiser.cjs") as CruiserConfig;

/** What the cruiser found under `root`; `violations` are lines "rule: from -> to". */
export interface Cruised {
  readonly modules: number;
  readonly violations: readonly string[];
}

/** Reads all modules of `folders` (relative to `root`) and holds them against the rules. */
export async function cruiseProject(root: string, folders: readonly string[]): Promise<Cruised> {
  const ruleSet = { forbidden: [...config.forbidden] };
  const { output } = await cruise([...folders], { ...config.options, baseDir: root, validate: true, ruleSet });
  if (typeof output === "string") throw new Error("the cruiser answered text instead of a result");
  const { totalCruised, violations } = output.summary;
  return { modules: totalCruised, violations: violations.map((v) => `${v.rule.name}: ${v.from} -> ${v.to}`) };
}
