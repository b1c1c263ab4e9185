import { chatAddress, type PersonId } from "../model/ids.ts";
import type { Person } from "../model/message.ts";
import type { Right } from "../model/request.ts";
import type { ChatFacts } from "./port.ts";

/** Who of a group: everybody in it, or these people (`owners` stands for all owners). */
export type Members = "members" | readonly string[];

/** How the bot behaves in one group. */
export interface GroupRules {
  /** `mention`: it hears a mention, a reply to it, a command. `all`: every message. */
  readonly mode: "mention" | "all";
  readonly talk: Members;
  readonly approve: Members;
}

/** `access` of the configuration, as far as the edge reads it. */
export interface AccessRules {
  /** Every right, everywhere. */
  readonly owners: readonly PersonId[];
  /** Rights in private chats. */
  readonly users: Readonly<Record<string, readonly Right[]>>;
  /** Who may write to the bot directly: known users (`pairing`, `allowlist`) or owners only (`off`). */
  readonly direct: "pairing" | "allowlist" | "off";
  /** By `telegram:-100123`; a group that is not here is off. */
  readonly groups: Readonly<Record<string, GroupRules>>;
}

/** Who may do what, where. */
export interface Access {
  /** Rights of a person in a chat; empty for strangers, and in groups that are off. */
  rightsOf(person: Person, at: ChatFacts): Promise<ReadonlySet<Right>>;
  /** The bot hears only what is meant for it there. */
  mentionOnly(at: ChatFacts): boolean;
  /** The person owns the service: every right, in every chat. */
  owns(person: Person): Promise<boolean>;
  /** Names of those who have a right there, owners first; an id where no name was seen yet. */
  holders(right: Right, at: ChatFacts): Promise<readonly string[]>;
}

const everything: ReadonlySet<Right> = new Set<Right>(["talk", "approve", "operate"]);
const nothing: ReadonlySet<Right> = new Set<Right>();

/** `claimed`: owners by claim, read with each question so that a claim counts at once. */
export function createAccess(rules: AccessRules, claimed: () => Promise<readonly PersonId[]>): Access {
  const configured = new Set<string>(rules.owners);
  const users = new Map(Object.entries(rules.users).map(([id, rights]) => [id, new Set(rights)] as const));
  /** Names of people with rights only, so that strangers cannot fill it. */
  const names = new Map<string, string>();

  const owns = async (person: Person): Promise<boolean> =>
    configured.has(person.id) || (await claimed()).includes(person.id);
  const groupOf = (at: ChatFacts): GroupRules | undefined => rules.groups[groupName(at)];

  async function rightsOf(person: Person, at: ChatFacts): Promise<ReadonlySet<Right>> {
    const group = at.private ? undefined : groupOf(at);
    if (!at.private && group === undefined) return nothing;
    if (await owns(person)) return everything;
    if (group !== undefined) return groupRights(group, person);
    return rules.direct === "off" ? nothing : (users.get(person.id) ?? nothing);
  }

  async function holderIds(right: Right, at: ChatFacts): Promise<readonly string[]> {
    // Who is known on another channel only cannot tap here.
    const here = `${chatAddress(at.chat).channel}:`;
    const owners = [...configured, ...(await claimed())].filter((id) => id.startsWith(here));
    const group = at.private ? undefined : groupOf(at);
    if (group === undefined)
      return [...owners, ...[...users].filter(([, rights]) => rights.has(right)).map(([id]) => id)];
    const who = right === "operate" ? [] : group[right];
    return [...owners, ...(who === "members" ? [] : who.filter((id) => id !== "owners"))];
  }

  return {
    owns,
    mentionOnly: (at) => !at.private && groupOf(at)?.mode === "mention",
    async rightsOf(person, at) {
      const rights = await rightsOf(person, at);
      if (rights.size > 0) names.set(person.id, person.name);
      return rights;
    },
    holders: async (right, at) => [...new Set(await holderIds(right, at))].map((id) => names.get(id) ?? id),
  };
}

/** As the configuration names it: topics and accounts share the rules of their group. */
function groupName(at: ChatFacts): string {
  const { channel, chat } = chatAddress(at.chat);
  return `${channel}:${chat}`;
}

function groupRights(group: GroupRules, person: Person): ReadonlySet<Right> {
  const has = (who: Members): boolean => who === "members" || who.includes(person.id);
  return new Set<Right>([
    ...(has(group.talk) ? ["talk" as const] : []),
    ...(has(group.approve) ? ["approve" as const] : []),
  ]);
}
