import type { Language } from "../view.ts";
import type { Twin } from "./twin.ts";

const chats = (n: number): string => (n === 1 ? "1 chat" : `${n} chats`);
const are = (n: number, owners: number): string => (n + owners === 1 ? "is" : "are");
const claimed = (n: number): string => (n === 0 ? "" : n === 1 ? " and 1 owner by code" : ` and ${n} owners by code`);

const en = {
  noData: (dataDir: string) => `there is nothing to back up: ${dataDir} does not exist`,
  writeToFolder: (file: string) =>
    `${file} is a folder: name the file to write, for instance ${file}/hotline-backup.gz`,
  noFolder: (dir: string) => `the folder ${dir} does not exist: make it, or name another file`,
  notAFolder: (dir: string) => `${dir} is no folder: name another file`,
  noBackup: (file: string) => `there is no file ${file}; nothing was changed`,
  readFromFolder: (file: string) => `${file} is a folder: name the backup file in it; nothing was changed`,
  made: (file: string, kilobytes: number, n: number, owners: number) =>
    `${chats(n)}${claimed(owners)} ${are(n, owners)} in ${file} (${kilobytes} kB).`,
  notInIt: (home: string) =>
    `Not in it, back them up yourself: the conversations of Codex in ${home}, the configuration, the project folders.`,
  notInItOf: (hosts: string) =>
    `Not in it, back them up yourself: the conversations of Codex (in the Codex home of each machine that runs it: ${hosts}) and the project folders there, and the configuration of every machine.`,
  newer: (file: string, version: string) =>
    `${file} was written by codex-hotline ${version}, whose data this version does not know; restore it with that version`,
  inUse: (node: string) =>
    `node ${node} still uses this Redis: stop it first (one that was killed counts for 15 s); nothing was changed`,
  notEmpty: (where: string, n: number, owners: number) =>
    `${where} already holds ${chats(n)}${claimed(owners)}; --force removes them and puts the backup in their place. Nothing was changed`,
  replaces: (n: number, owners: number) => `Removes ${chats(n)}${claimed(owners)} that ${are(n, owners)} there.`,
  restored: (file: string, at: string, n: number, owners: number) =>
    `${chats(n)}${claimed(owners)} ${are(n, owners)} back from ${file}, as they were at ${at}.`,
  goesOn:
    "Start the service: unread messages are answered, what was not sent is sent. Nothing that was done before is done again.",
} as const;

/** What they say, in one language. */
export type BackupWords = Twin<typeof en>;

const ownersZh = (n: number): string => (n === 0 ? "" : `和 ${n} 位凭代码认领的所有者`);

const zh: BackupWords = {
  noData: (dataDir) => `没有可备份的内容：${dataDir} 不存在`,
  writeToFolder: (file) => `${file} 是文件夹：请指明要写入的文件，例如 ${file}/hotline-backup.gz`,
  noFolder: (dir) => `文件夹 ${dir} 不存在：请先创建，或换一个文件`,
  notAFolder: (dir) => `${dir} 不是文件夹：请换一个文件`,
  noBackup: (file) => `没有文件 ${file}；没有做任何更改`,
  readFromFolder: (file) => `${file} 是文件夹：请指明其中的备份文件；没有做任何更改`,
  made: (file, kilobytes, n, owners) => `已将 ${n} 个聊天${ownersZh(owners)}写入 ${file}（${kilobytes} kB）。`,
  notInIt: (home) => `不包含、需自行备份的内容：${home} 中 Codex 的对话、配置文件、项目文件夹。`,
  notInItOf: (hosts) =>
    `不包含、需自行备份的内容：Codex 的对话（在运行 Codex 的每台机器的 Codex home 中：${hosts}）、那里的项目文件夹，以及每台机器的配置文件。`,
  newer: (file, version) => `${file} 由 codex-hotline ${version} 写入，此版本不认识其数据；请用该版本恢复`,
  inUse: (node) => `节点 ${node} 仍在使用此 Redis：请先停止它（被强制结束的节点 15 秒内仍算在用）；没有做任何更改`,
  notEmpty: (where, n, owners) =>
    `${where} 中已有 ${n} 个聊天${ownersZh(owners)}；--force 会删除它们并换成备份内容。没有做任何更改`,
  replaces: (n, owners) => `删除现有的 ${n} 个聊天${ownersZh(owners)}。`,
  restored: (file, at, n, owners) => `已从 ${file} 恢复 ${n} 个聊天${ownersZh(owners)}，状态为 ${at}。`,
  goesOn: "请启动服务：未读消息会得到回答，未发送的内容会发出；已做过的事不会重做。",
};

/** What `hotline backup` and `hotline restore` say. */
export const backupWords: Readonly<Record<Language, BackupWords>> = { en, "zh-CN": zh };
