import type { ChatEvidence, Evidence, Shown, TurnSeen } from "./evidence.ts";
import { answeredIn, askedIn } from "./words.ts";

/** What must be zero. */
export const laws = [
  "lost",
  "doubled",
  "out of order",
  "turns without visible end",
  "approvals answered twice",
  "approvals not obeyed",
  "orphan processes",
  "leaked keys",
] as const;
export type BrokenLaw = (typeof laws)[number];

/** One break of a law, precisely. */
export interface Finding {
  readonly law: BrokenLaw;
  readonly chat?: string;
  readonly what: string;
}

/** The judgement of a run. */
export interface Verdict {
  readonly findings: readonly Finding[];
  /** Telegram sends that came twice because nobody could know; each with its fault. */
  readonly ambiguous: readonly string[];
  /** Messages a `/stop` took back before Codex heard of them, as the chat was told. */
  readonly withdrawn: readonly string[];
}

const notices =
  /^(?:Codex stopped during this turn|The service restarted during this turn|Stopped after |Stopped before it began|Codex could not take this|Done\. Codex wrote no answer)|^ref \w+/m;
const before = "Stopped before it began";

/** Judges a run by what the platforms and the model recorded. Speed plays no part. Pure. */
export function judge(evidence: Evidence): Verdict {
  const each = evidence.chats.map(judgeChat);
  return {
    findings: [
      ...each.flatMap((one) => one.findings),
      ...evidence.orphans.map((what) => ({ law: "orphan processes" as const, what })),
      ...evidence.leaked.map((what) => ({ law: "leaked keys" as const, what })),
    ],
    ambiguous: each.flatMap((one) => one.ambiguous),
    withdrawn: each.flatMap((one) => one.withdrawn),
  };
}

function judgeChat(chat: ChatEvidence): Verdict {
  const withdrawn = chat.said.filter(({ id }) => !chat.reached.has(id) && takenBack(chat, id)).map(({ id }) => id);
  const repeats = repeated(chat);
  const all: readonly (readonly [BrokenLaw, readonly string[]])[] = [
    ["lost", lost(chat, new Set(withdrawn))],
    ["doubled", [...twiceRead(chat), ...repeats.flatMap(({ what, doubt }) => (doubt === undefined ? [what] : []))]],
    ["out of order", [...disorder(chat), ...answersOutOfOrder(chat)]],
    ["turns without visible end", endless(chat)],
    ["approvals answered twice", answeredTwice(chat)],
    ["approvals not obeyed", disobeyed(chat)],
  ];
  return {
    findings: all.flatMap(([law, whats]) => whats.map((what) => ({ law, chat: chat.name, what }))),
    ambiguous: repeats.flatMap(({ what, doubt }) =>
      doubt === undefined ? [] : [`${chat.name}: ${what}, because ${doubt}`],
    ),
    withdrawn,
  };
}

const words = ({ texts }: Shown): string => texts.at(-1) ?? "";
const isNotice = (shown: Shown): boolean => notices.test(words(shown));

/** A stop overtook it, and the chat was told. */
function takenBack(chat: ChatEvidence, id: string): boolean {
  const said = chat.said.find((one) => one.id === id);
  if (said?.stopAfter !== true) return false;
  return said.dropped || chat.shown.some((one) => one.at >= said.at && words(one).startsWith(before));
}

function lost(chat: ChatEvidence, withdrawn: ReadonlySet<string>): readonly string[] {
  const kept = new Set(chat.histories.flat());
  return chat.said.flatMap(({ id }) => {
    if (withdrawn.has(id) || kept.has(id)) return [];
    return [chat.reached.has(id) ? `${id} reached the model and is gone from the thread` : `${id} never reached Codex`];
  });
}

function twiceRead(chat: ChatEvidence): readonly string[] {
  const all = chat.histories.flat();
  return [...new Set(all)].flatMap((id) => {
    const times = all.filter((one) => one === id).length;
    return times === 1 ? [] : [`${id} reached Codex ${times} times`];
  });
}

/** Everything for keeps that says the same twice: answers, notices, cards. A repetition Telegram gave cause for has its `doubt`. */
function repeated(chat: ChatEvidence): readonly { readonly what: string; readonly doubt?: string }[] {
  const seen = new Map<string, Shown>();
  const found: { what: string; doubt?: string }[] = [];
  for (const shown of chat.shown) {
    for (const what of statements(shown)) {
      const earlier = seen.get(what);
      seen.set(what, shown);
      if (earlier === undefined) continue;
      const doubt = chat.channel === "telegram" ? earlier.doubt : undefined;
      found.push({ what: `twice: ${what}`, ...(doubt === undefined ? {} : { doubt }) });
    }
  }
  return found;
}

function statements(shown: Shown): readonly string[] {
  const card = askedIn(shown.texts[0] ?? "");
  const answers = isNotice(shown) ? [] : answeredIn(words(shown)).map((id) => `answer to ${id}`);
  const notice = isNotice(shown) && shown.about !== undefined ? [`end of the turn of ${shown.about}`] : [];
  return [...(card === undefined ? [] : [`card of ${card}`]), ...answers, ...notice];
}

/** Each pair the thread has the other way round than the platform handed it over. */
function disorder(chat: ChatEvidence): readonly string[] {
  const place = new Map(chat.said.map((said, at) => [said.id, { said, at }]));
  const found: string[] = [];
  for (const history of chat.histories) {
    const known = history.flatMap((id) => place.get(id) ?? []);
    known.forEach((later, at) => {
      for (const earlier of known.slice(0, at)) {
        // Further ahead in the thread, though said afterwards.
        if (earlier.at > later.at && !arrivedFirst(earlier.said.handed, later.said.handed))
          found.push(`${earlier.said.id} stands before ${later.said.id}`);
      }
    });
  }
  return found;
}

type Handed = ChatEvidence["said"][number]["handed"];

/** A platform that repeats deliveries may have handed over `one`, said later, before `other`: only their times can tell. */
function arrivedFirst(one: Handed, other: Handed): boolean {
  if (one === undefined || other === undefined || (one.once && other.once)) return false;
  return one.from < other.to;
}

/** Answers appear in the order in which Codex read the messages. */
function answersOutOfOrder(chat: ChatEvidence): readonly string[] {
  const place = new Map(chat.histories.flat().map((id, at) => [id, at]));
  let last = -1;
  const seen = new Set<string>();
  return chat.shown.flatMap((shown) =>
    answeredIn(words(shown)).flatMap((id) => {
      const at = place.get(id);
      if (at === undefined || seen.has(id)) return [];
      seen.add(id);
      const wrong = at < last;
      last = Math.max(last, at);
      return wrong ? [`the answer to ${id} came after a later one`] : [];
    }),
  );
}

/** Turns that neither answered everything nor said why not; each notice ends one turn. */
function endless(chat: ChatEvidence): readonly string[] {
  const answered = new Set(chat.shown.flatMap((shown) => answeredIn(words(shown))));
  const left = chat.shown.filter(isNotice);
  const take = (fits: (shown: Shown) => boolean): boolean => {
    const at = left.findIndex(fits);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  };
  // What began the turn is the last of its first messages; the ones before it are of turns that died unseen.
  const ended = ({ first }: TurnSeen): boolean =>
    first.length === 0
      ? take(({ about }) => about === undefined)
      : [...first].reverse().some((id) => take(({ about }) => about === id));
  return chat.turns.flatMap((turn) => {
    const open = turn.first.length === 0 && turn.later.length === 0 ? [turn.turn] : [...turn.first, ...turn.later];
    const missing = open.filter((id) => !answered.has(id));
    return missing.length === 0 || ended(turn) ? [] : [`${missing.join(", ")} (turn ${turn.turn})`];
  });
}

const agreed = { Approve: "Approved.", Decline: "Declined." } as const;

function answeredTwice(chat: ChatEvidence): readonly string[] {
  const found = [...chat.runs].flatMap(([id, runs]) => (runs > 1 ? [`the command of ${id} ran ${runs} times`] : []));
  const yes = chat.taps.filter(({ label, toast }) => toast === agreed[label]);
  for (const { id } of yes.filter(({ by }) => by === "stranger")) found.push(`a stranger answered the card of ${id}`);
  for (const id of new Set(yes.map((tap) => tap.id))) {
    const times = yes.filter((tap) => tap.id === id).length;
    if (times > 1) found.push(`the card of ${id} took ${times} answers`);
  }
  return found;
}

/** What was declined does not run; what was approved runs, unless its turn was ended first. */
function disobeyed(chat: ChatEvidence): readonly string[] {
  const answered = new Set(chat.shown.filter((one) => !isNotice(one)).flatMap((shown) => answeredIn(words(shown))));
  return chat.taps.flatMap(({ id, label, toast }) => {
    if (toast !== agreed[label]) return [];
    const ran = (chat.runs.get(id) ?? 0) > 0;
    if (label === "Decline") return ran ? [`${id} was declined and ran`] : [];
    return !ran && answered.has(id) ? [`${id} was approved and did not run`] : [];
  });
}
