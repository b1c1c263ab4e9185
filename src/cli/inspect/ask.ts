import { type IncomingMessage, request } from "node:http";

/** How long the service may take to begin its answer, ms. */
const patienceMs = 10_000;

/**
 * Asks the running service; its answer line by line, each one JSON text, as they come. Undefined when nothing listens.
 * Throws the sentence of a refusal, when it does not begin to answer, and when the answer is cut off.
 */
export async function ask(
  socketPath: string,
  path: string,
  options: { readonly method?: "POST"; readonly signal?: AbortSignal } = {},
): Promise<AsyncIterable<string> | undefined> {
  const response = await begun(socketPath, path, options);
  if (response === undefined) return undefined;
  const lines = linesOf(response.setEncoding("utf8"));
  if (response.statusCode === 200) return lines;
  let said = "";
  for await (const line of lines) said += line;
  throw new Error(sentenceOf(said));
}

function begun(
  socketPath: string,
  path: string,
  { method, signal }: Parameters<typeof ask>[2] & object,
): Promise<IncomingMessage | undefined> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { socketPath, method: method ?? "GET", path, agent: false, ...(signal === undefined ? {} : { signal }) },
      (response) => {
        outgoing.setTimeout(0);
        resolve(response);
      },
    );
    outgoing.setTimeout(patienceMs, () =>
      outgoing.destroy(new Error(`The running service does not answer on ${socketPath}.`)),
    );
    outgoing.on("error", (error) =>
      ["ENOENT", "ECONNREFUSED"].includes(String(Reflect.get(error, "code"))) ? resolve(undefined) : reject(error),
    );
    outgoing.end();
  });
}

async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const piece of whole(text)) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

async function* whole(text: AsyncIterable<string>): AsyncGenerator<string> {
  try {
    yield* text;
  } catch (cause) {
    throw new Error("The service ended meanwhile; what you read is not everything.", { cause });
  }
}

function sentenceOf(json: string): string {
  const said: unknown = JSON.parse(json);
  return typeof said === "object" && said !== null && "error" in said ? String(said.error) : json;
}
