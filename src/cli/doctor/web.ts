import { createServer } from "node:net";
import { hostAndPort } from "../../lib/listen-address.ts";
import type { Finding } from "../../model/finding.ts";
import type { Scene } from "./check.ts";
import { codeOf } from "./folders.ts";

/** Whether the address of page and HTTP is free, or ours. */
export async function checkWeb({ config, words, service, place }: Scene): Promise<readonly Finding[]> {
  const { web } = config.channels;
  const check = "web";
  if (web === false) return [{ check, state: "ok", message: words.webOff }];
  // The one that runs has it, or could not have started.
  if (service !== undefined) return [{ check, state: "ok", message: words.webOurs(web.listen) }];
  const why = await whyTaken(web.listen);
  if (why === undefined) return [{ check, state: "ok", message: words.webFree(web.listen) }];
  const port = String(hostAndPort(web.listen).port);
  const message = why === "EADDRINUSE" ? words.webTaken(web.listen) : words.webRefused(web.listen, why);
  return [{ check, state: "error", message, fix: words.fixWeb(port, place("channels.web.listen")) }];
}

/** The system's code why an address cannot be listened on; undefined when it can. */
function whyTaken(listen: string): Promise<string | undefined> {
  const { host, port } = hostAndPort(listen);
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(codeOf(error) ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}
