import type { Finding } from "../../model/finding.ts";
import type { RedisExamination } from "../../redis/examine.ts";
import type { Scene } from "./check.ts";
import type { AskRedis } from "./redis.ts";

/** What an id of a person looks like where we know it. */
const people: Readonly<Record<string, RegExp>> = { telegram: /^\d+$/, feishu: /^ou_[0-9a-zA-Z]+$/ };
const groups: Readonly<Record<string, RegExp>> = { telegram: /^-\d+$/, feishu: /^oc_[0-9a-zA-Z]+$/ };

/** Whether somebody can own the service, and whether all ids can be ids. */
export async function checkOwners(scene: Scene, redis: AskRedis, signal: AbortSignal): Promise<readonly Finding[]> {
  const malformed = malformedIds(scene);
  const { owners } = scene.config.access;
  const usable = owners.filter((id) => fits(id, people));
  const owned =
    usable.length > 0 ? ownedFinding(usable, scene) : claimFinding(scene, await redis(signal).catch(() => undefined));
  return [owned, ...malformed];
}

function ownedFinding(owners: readonly string[], { config, words }: Scene): Finding {
  const { telegram, feishu } = config.channels;
  const off = new Set([...(telegram.length === 0 ? ["telegram"] : []), ...(feishu.length === 0 ? ["feishu"] : [])]);
  const reached = owners.some((id) => !off.has(id.slice(0, id.indexOf(":"))));
  if (reached || off.size === 2) return { check: "owners", state: "ok", message: owners.join(", ") };
  return { check: "owners", state: "warn", message: words.ownerUnreached(owners.join(", ")), fix: words.fixUnreached };
}

/** Nobody is configured: somebody may have claimed the service, or still can. */
function claimFinding({ config, words, place }: Scene, redis: RedisExamination | undefined): Finding {
  const check = "owners";
  const { telegram, feishu } = config.channels;
  if (telegram.length + feishu.length === 0) return { check, state: "ok", message: words.noChannelNoOwner };
  if (redis === undefined)
    return { check, state: "warn", message: words.ownerUnknown, fix: words.fixNoOwner(place("access.owners")) };
  if (redis.owners.length > 0) return { check, state: "ok", message: words.claimed(redis.owners.join(", ")) };
  const fix = words.fixNoOwner(place("access.owners"));
  if (redis.claims > 0) return { check, state: "warn", message: words.claimOpen, fix };
  return { check, state: "warn", message: words.noOwner, fix };
}

function malformedIds({ config, words, place }: Scene): readonly Finding[] {
  const { owners, users, groups: rules } = config.access;
  const wrong = (id: string, key: string, fix: (place: string) => string): Finding => ({
    check: "owners",
    state: "error",
    message: words.badId(id),
    fix: fix(place(key)),
  });
  return [
    ...owners.flatMap((id, index) => (fits(id, people) ? [] : [wrong(id, `access.owners.${index}`, words.fixPerson)])),
    ...Object.keys(users).flatMap((id) => (fits(id, people) ? [] : [wrong(id, "access.users", words.fixPerson)])),
    ...Object.keys(rules).flatMap((id) =>
      id === "default" || fits(id, groups) ? [] : [wrong(id, "access.groups", words.fixGroup)],
    ),
  ];
}

function fits(id: string, patterns: Readonly<Record<string, RegExp>>): boolean {
  const colon = id.indexOf(":");
  const pattern = patterns[id.slice(0, colon)];
  return pattern === undefined || pattern.test(id.slice(colon + 1));
}
