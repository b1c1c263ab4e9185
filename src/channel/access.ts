import type { PersonId } from "../model/ids.ts";
import type { Person } from "../model/message.ts";
import type { Right } from "../model/request.ts";
import type { ChatFacts } from "./port.ts";

/** `access` of the configuration, as far as the edge reads it. */
export interface AccessRules {
  /** Every right, everywhere. */
  readonly owners: readonly PersonId[];
  readonly users: Readonly<Record<string, readonly Right[]>>;
  /** Who may write to the bot directly: known users (`pairing`, `allowlist`) or owners only (`off`). */
  readonly direct: "pairing" | "allowlist" | "off";
}

/** Who may do what. */
export interface Access {
  /** Rights of a person in a chat; empty for strangers, and in groups, which are off. */
  rightsOf(person: Person, at: ChatFacts): Promise<ReadonlySet<Right>>;
  /** The person owns the service: every right, in every chat. */
  owns(person: Person): Promise<boolean>;
  /** Names of those who have a right in private chats, owners first; an id where no name was seen yet. */
  holders(right: Right): Promise<readonly string[]>;
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

  async function rightsOf(person: Person, at: ChatFacts): Promise<ReadonlySet<Right>> {
    if (!at.private) return nothing;
    if (await owns(person)) return everything;
    return rules.direct === "off" ? nothing : (users.get(person.id) ?? nothing);
  }

  return {
    owns,
    async rightsOf(person, at) {
      const rights = await rightsOf(person, at);
      if (rights.size > 0) names.set(person.id, person.name);
      return rights;
    },
    async holders(right) {
      const owners = [...configured, ...(await claimed())];
      const granted = [...users].filter(([, rights]) => rights.has(right)).map(([id]) => id);
      return [...new Set([...owners, ...granted])].map((id) => names.get(id) ?? id);
    },
  };
}
