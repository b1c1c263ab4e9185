import type { Twin } from "./twin.ts";

/** What `hotline doctor` says in English. */
export const doctorEn = {
  states: { ok: "ok", warn: "warn", error: "error", mended: "fixed" },
  summary: (errors: number, warnings: number) =>
    errors + warnings === 0
      ? "All is well."
      : `${errors === 1 ? "1 error" : `${errors} errors`}, ${warnings === 1 ? "1 warning" : `${warnings} warnings`}.`,
  fixable: (count: number) =>
    `"npx hotline doctor --fix" does what is marked [--fix]${count === 1 ? "" : ` (${count} lines)`}.`,
  place: (keyPath: string, file: string | undefined) => `${keyPath} in ${file ?? "hotline.yaml"}`,
  noTime: (seconds: number) => `no answer within ${seconds} s`,
  checkFailed: (why: string) => `could not be checked: ${why}`,
  notMended: (why: string) => `--fix could not mend it: ${why}`,
  install: (name: string) => `apt-get install ${name} (Debian, Ubuntu) or brew install ${name} (macOS)`,
  runsMeanwhile: "the service was started meanwhile",

  oldNode: (version: string, oldest: string) => `Node ${version} is too old, ${oldest} or newer is needed`,
  fixNode: "install Node 22 or newer (https://nodejs.org), then npm install",
  noGit: "git is not installed",
  noConfigFile: "no file, defaults and environment",
  fixConfig: (key: string, file: string, nearest: string | undefined) =>
    nearest === undefined
      ? `correct ${key === "" ? file : `${key} in ${file}`}`
      : `rename it to "${nearest}" in ${file}`,
  restUnseen: "nothing else was looked at: it needs a configuration that can be read",

  folderMissing: (path: string) => `${path} is not there yet; start makes it`,
  folderMade: (path: string) => `${path} is made`,
  noFolder: (path: string) => `${path} is not a folder`,
  cannotMake: (path: string, parent: string) => `${path} is not there and cannot be made: ${parent} is not writable`,
  foreignFolder: (path: string) => `${path} belongs to another user`,
  fixOwner: (path: string, place: string) => `sudo chown -R "$(id -un)" ${path}, or name another folder at ${place}`,
  fixOtherPath: (place: string) => `name a folder you may write to at ${place}`,
  fixOwnFolder: (path: string) => `sudo chown -R "$(id -un)" ${path}`,
  notWritable: (path: string) => `${path} cannot be written to`,
  openToOthers: (path: string, mode: string) => `${path} holds secrets and is open to other users (mode ${mode})`,
  closedToOthers: (path: string, mode: string) => `${path} is closed to other users (mode ${mode})`,
  socketFits: (bytes: number, limit: number) => `longest path ${bytes} of ${limit} bytes`,
  socketTooLong: (path: string, bytes: number, limit: number) =>
    `the socket ${path} has a path of ${bytes} bytes, the system takes ${limit}: Codex or Redis cannot start`,
  fixSocket: (place: string) => `name a shorter folder at ${place}, or set a shorter XDG_RUNTIME_DIR`,
  space: (free: string, path: string) => `${free} free at ${path}`,
  littleSpace: (free: string, path: string) =>
    `only ${free} free at ${path}: on a full disk Redis ends and no message is taken`,
  fixSpace: (path: string) => `free space there; "du -xsh ${path}/* | sort -h" shows what is large`,

  notRunning: "not running",
  running: (pid: number) => `running (pid ${pid})`,
  otherVersion: (pid: number, theirs: string, ours: string) =>
    `version ${theirs} is running (pid ${pid}), version ${ours} is installed`,
  fixRestart: "npx hotline stop && npm start (running turns live on)",
  part: (state: string, reason: string) => (reason === "" ? state : `${state}: ${reason}`),
  fixPart: "see the other lines and the service's log",
  serviceSilent: (dataDir: string) => `a service holds ${dataDir} and does not answer`,
  fixSilent: 'look into its log; "kill" its process if it is stuck (running turns live on), then npm start',
  staleFiles: (paths: string) => `left by a service that was killed: ${paths}`,
  fixStale: "npx hotline doctor --fix, or just start",
  staleRemoved: (paths: string) => `removed ${paths}`,

  noRedisServer: "there is no redis-server or valkey-server, and no redis.url is configured",
  ownRedis: (binary: string, version: string) => `${binary} ${version}, started with the service`,
  ownRedisRuns: (version: string) => `our own server runs, version ${version}`,
  oldRedis: (version: string, oldest: string) => `Redis ${version} is too old, ${oldest} or newer is needed`,
  fixOldRedis: (place: string) => `upgrade it, or leave out ${place}: then a private server is started`,
  redisSilent: (socket: string, why: string) => `our own Redis does not answer at ${socket}: ${why}`,
  redisStuck: (pid: number, dir: string) => `our own Redis (pid ${pid}) runs on ${dir} and does not answer`,
  fixRedisSilent: (log: string) => `see ${log}`,
  redisFit: (version: string, url: string) => `${url}, version ${version}`,
  redisAway: (url: string, why: string) => `${url} cannot be reached: ${why}`,
  fixRedisAway: (place: string) => `start that Redis, or correct ${place} (or REDIS_URL)`,
  fixRedisTls: {
    untrusted: () =>
      "start with NODE_EXTRA_CA_CERTS=/path/ca.pem (the certificate of its authority) in the environment, doctor too",
    otherName: (place: string) => `write the host name that is in its certificate at ${place}`,
    expired: () => "renew the certificate of that Redis",
    notTls: (place: string) => `this port does not speak TLS: write redis://, or the TLS port, at ${place}`,
    perhapsNotTls: (place: string) => `does that port speak TLS? If not, write redis:// at ${place}`,
    perhapsTls: (place: string) => `if it speaks TLS, write rediss:// at ${place}; else start it, or correct ${place}`,
  },
  noSharedRedis: (role: string) => `no redis.url is configured; a ${role} needs the Redis all machines share`,
  fixNoSharedRedis: (place: string) => `write it to ${place} (or REDIS_URL)`,
  redisRefuses: (url: string, why: string) => `${url} refuses our user name or password: ${why}`,
  fixRedisPassword: (place: string, protocol: string) =>
    `put ${protocol}//:PASSWORD@HOST:PORT at ${place} (or REDIS_URL); with a user of its own, USER:PASSWORD@`,
  noRedis: (url: string) => `what answers at ${url} is no Redis`,
  unfitData: "start refuses the data in this Redis",
  redisCluster: "this Redis runs in cluster mode, which is not supported",
  fixRedisCluster: (place: string) => `name a single server at ${place}`,
  redisEvicts: (policy: string) => `maxmemory-policy is ${policy}: when memory is short, Redis drops messages`,
  redisForgets: "this Redis writes nothing to disk: when it ends, waiting messages are lost",
  redisLosesMinutes: "this Redis writes snapshots only: when it ends, the messages of the last minutes are lost",

  foreignCodex: (bin: string, version: string, pinned: string) =>
    `${bin} is ${version}; this service was made for ${pinned}`,
  fixForeignCodex: (place: string) => `leave out ${place}: then the bundled one is used`,
  codexFails: (why: string) => `Codex cannot be run: ${why}`,
  fixCodexBin: (place: string) => `correct ${place}, or leave it out: then the bundled one is used`,
  codexSilent: (why: string) => `Codex does not answer: ${why}`,
  fixCodexSilent: "codex app-server must run; correct CODEX_HOME/config.toml if the message names it",
  sandboxWorks: "commands of the model can be fenced in",
  sandboxUnused: "cannot be used on this machine; nothing asks for it",
  sandboxFails: (why: string) => `the sandbox cannot be used, so every command of the model fails: ${why}`,
  fixSandboxBy: (command: string, place: string) =>
    `${command}; on a machine of its own instead: danger-full-access at ${place}`,
  fixSandbox: (place: string) =>
    `allow user namespaces (Docker: --security-opt seccomp=unconfined --security-opt apparmor=unconfined); on a machine of its own instead: danger-full-access at ${place}`,
  signedIn: "signed in",
  noSignInNeeded: "this provider needs none",
  workerNotSignedIn: "Codex is not signed in: the chats of this worker wait until it is",
  notSignedIn: "Codex is not signed in: the demo model answers until it is",
  defaultModel: "Codex's own default",
  unknownModel: (model: string, sure: boolean) =>
    sure ? `there is no model "${model}"` : `Codex does not know a model "${model}"; your own provider may`,
  fixModel: (place: string, nearest: string | undefined, all: string) =>
    nearest === undefined ? `choose one at ${place}: ${all}` : `write "${nearest}" at ${place} (known: ${all})`,
  foreignSandboxMode: (mode: string) =>
    `your Codex configuration sets sandbox_mode = "${mode}"; turns of this service run in its own sandbox all the same`,

  workerNoChannel: "no account is configured: files people send to the bot cannot be fetched here",
  noChannel: "no Telegram or Feishu account is configured",
  noOwner: "nobody owns this service: nobody may talk to it",
  claimOpen: "nobody owns this service yet; a claim is open",
  ownerUnknown: "no owner is configured; whether somebody claimed the service is known only while its Redis runs",
  fixNoOwner: (place: string) =>
    `npm start prints a link or code: whoever sends it to the bot owns the service; or put your id at ${place}`,
  noChannelNoOwner: "needed once a channel is configured",
  claimed: (owners: string) => `${owners} (claimed)`,
  ownerUnreached: (owners: string) => `${owners}: on a channel that is not configured, so nobody can talk`,
  fixUnreached: "configure that channel, or name an owner on one that is",
  badId: (id: string) =>
    `"${id}" can be nobody: Telegram's ids are numbers (telegram:1001), Feishu's begin with ou_ or oc_`,
  fixPerson: (place: string) => `send /id to the bot and write the id it answers to ${place}`,
  fixGroup: (place: string) => `send /id in the group and write its id to ${place}`,

  clockAlone: "no platform to compare with",
  clockRight: "agrees with the platforms",
  clockWrong: (seconds: number, ahead: boolean) =>
    `this machine is ${seconds} s ${ahead ? "ahead of" : "behind"} the platforms: times are wrong and signatures may be refused`,
  fixClock: "sudo timedatectl set-ntp true (in a container: on its host)",
  clockUnknown: "cannot be compared: no platform answers",
  fixClockUnknown: "see the lines of the channels",
  noProxy: "none",
  proxyAnswers: (name: string) => `${name} takes connections`,
  proxyAway: (name: string, why: string) => `${name} cannot be reached: ${why}`,
  fixProxy: (place: string) => `start it, or correct ${place} (or HTTPS_PROXY)`,

  projectMissing: (path: string) => `${path} is not there; nothing can run in it`,
  fixProject: (path: string, place: string) => `mkdir -p ${path}, or correct ${place}`,
  noCheckout: (path: string) => `${path} is not under git: what a turn changed cannot be shown or taken back`,
  webOff: "switched off",
  webOurs: (listen: string) => `${listen} is served`,
  webFree: (listen: string) => `${listen} is free`,
  webTaken: (listen: string) => `${listen} is taken by another program: the service cannot start`,
  webRefused: (listen: string, why: string) => `${listen} cannot be listened on (${why}): the service cannot start`,
  fixWeb: (port: string, place: string) =>
    `"lsof -i :${port}" shows who has it; end it, or choose another port at ${place}`,
  noLeftovers: "none",
  turnsGoOn: (count: number) =>
    `${count === 1 ? "1 Codex process goes" : `${count} Codex processes go`} on without the service; start takes up their turns`,
  unrecorded: (pids: string) => `Codex processes that nothing records any more: ${pids}`,
  deadFiles: (count: number, folder: string) =>
    `files of ${count === 1 ? "1 Codex process that is" : `${count} Codex processes that are`} gone, in ${folder}`,
  deadRemoved: (count: number) => `removed the files of ${count === 1 ? "1 process" : `${count} processes`}`,
} as const;

/** What `hotline doctor` says, in one language. */
export type DoctorWords = Twin<typeof doctorEn>;
