/** Sections and keys of a unit file in order; a key may come more than once. */
function readUnit(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  let section = "";
  for (const line of text.replaceAll(/\\\n/g, " ").split("\n")) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const header = /^\[(\w+)\]$/.exec(line);
    const setting = /^(\w+)=(.*)$/.exec(line);
    if (header !== null) section = header[1] ?? "";
    else if (setting === null) throw new Error(`not a setting: ${line}`);
    else found.set(`${section}.${setting[1]}`, [...(found.get(`${section}.${setting[1]}`) ?? []), setting[2] ?? ""]);
  }
  return found;
}

/** Each would end running turns, hide sockets of the turns that go on, or keep Codex from building its sandbox. */
const forbidden: Readonly<Record<string, string>> = {
  PrivateTmp: "the next start has another /tmp than the turns that go on",
  DynamicUser: "it brings a /tmp of its own",
  RuntimeDirectory: "it is removed at the stop, with the sockets of running turns in it",
  RestrictNamespaces: "Codex cannot build its sandbox",
  PrivateUsers: "Codex cannot build its sandbox",
  SystemCallFilter: "Codex cannot build its sandbox",
  ProtectSystem: "it holds for the commands of the model too",
  ProtectHome: "it holds for the commands of the model too",
  MemoryDenyWriteExecute: "Node.js does not start",
};

const required: Readonly<Record<string, RegExp>> = {
  "Service.KillMode": /^process$/,
  "Service.Restart": /^always$/,
  "Service.RestartPreventExitStatus": /\b78\b/,
  "Service.OOMPolicy": /^continue$/,
  "Service.ExecStartPre": /bootstrap\.mjs start$/,
  "Service.TimeoutStartSec": /^\d+min$/,
};

/**
 * The mistakes that matter in a unit file, one sentence each.
 *
 * @param start what npm start runs
 */
export function unitFaults(text: string, scope: "user" | "system", start: string): readonly string[] {
  const unit = readUnit(text);
  const last = (key: string): string => unit.get(key)?.at(-1) ?? "";
  const faults = Object.entries(required)
    .filter(([key, value]) => !value.test(last(key)))
    .map(([key, value]) => `${key} is "${last(key)}", not ${value.source}`);
  for (const [key, why] of Object.entries(forbidden)) {
    if (!/^(|no|false|0)$/.test(last(`Service.${key}`))) faults.push(`${key}: ${why}`);
  }
  if (last("Service.ExecStart") !== `/usr/bin/env ${start}`)
    faults.push(`ExecStart is not what npm start runs: ${start}`);
  if ((unit.get("Service.Environment") ?? []).some((text) => /(TOKEN|SECRET|PASSWORD|KEY)/.test(text)))
    faults.push("a secret in a unit can be read by everybody");
  const user = last("Service.User");
  if (scope === "system" && /^(|root|0)$/.test(user)) faults.push("it runs as root");
  if (scope === "user" && user !== "") faults.push("User= does not belong into a unit of a user");
  const target = scope === "user" ? "default.target" : "multi-user.target";
  if (last("Install.WantedBy") !== target) faults.push(`it is not started with ${target}`);
  return faults;
}
