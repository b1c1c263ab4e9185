import { createServer } from "node:http";
import { afterEach, expect, it } from "vitest";
import { createDemoModel, type DemoModel } from "../../../src/demo/server.ts";
import { silentLogger } from "../../../src/lib/log.ts";

let model: DemoModel | undefined;

afterEach(async () => {
  await model?.stop();
  model = undefined;
});

async function open(options: { readonly port?: number; readonly wordMs?: number } = {}): Promise<number> {
  model = createDemoModel({ language: "en", log: silentLogger, thinkMs: 0, wordMs: 0, ...options });
  return model.start();
}

function post(port: number, input: readonly unknown[], more: RequestInit = {}): Promise<Response> {
  const body = JSON.stringify({ model: "gpt-5.5", stream: true, input });
  return fetch(`http://127.0.0.1:${port}/v1/responses`, { method: "POST", body, ...more });
}

const user = (text: string) => ({ type: "message", role: "user", content: [{ type: "input_text", text }] });

interface Told {
  readonly type: string;
  readonly delta?: string;
  readonly item?: { readonly type: string; readonly name?: string; readonly call_id?: string };
}

async function events(response: Response): Promise<readonly Told[]> {
  const blocks = (await response.text()).split("\n\n").filter((block) => block !== "");
  return blocks.map((block) => {
    const [event = "", data = ""] = block.split("\n");
    const told = JSON.parse(data.replace(/^data: /, "")) as Told;
    expect(event).toBe(`event: ${told.type}`);
    return told;
  });
}

it("an answer is streamed in the provider's order, its deltas making up the text", async () => {
  const response = await post(await open(), [user("hello")]);
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const told = await events(response);
  const order = told.map((t) => t.type).filter((type, index, all) => type !== all[index - 1]);
  expect(order).toEqual([
    "response.created",
    "response.output_item.added",
    "response.output_text.delta",
    "response.output_item.done",
    "response.completed",
  ]);
  expect(told.map((t) => t.delta ?? "").join("")).toContain("> hello");
});

it("calls of one response share its id, and no two responses do", async () => {
  const port = await open();
  const calls = async (): Promise<readonly string[]> =>
    (await events(await post(port, [user("plan")]))).flatMap((t) => t.item?.call_id ?? []);
  const [first, second] = [await calls(), await calls()];
  expect(first).toHaveLength(2);
  const ids = [...first, ...second].map((id) => id.replace(/_\d+$/, ""));
  expect(new Set(ids).size).toBe(2);
});

it("the failure on purpose is a spent limit with the time it is over", async () => {
  const asked = { type: "function_call", name: "exec_command", arguments: "{}", call_id: "call_x_0" };
  const output = { type: "function_call_output", call_id: "call_x_0", output: "Process exited with code 0" };
  const response = await post(await open(), [user("fail"), asked, output]);
  expect(response.status).toBe(429);
  const { error } = (await response.json()) as { error: { type: string; resets_at: number } };
  expect(error.type).toBe("usage_limit_reached");
  expect(error.resets_at * 1000).toBeGreaterThan(Date.now());
});

it("what is no model request is refused with a reason", async () => {
  const port = await open();
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
  const bad = await post(port, []);
  expect(bad.status).toBe(400);
  expect(await bad.text()).toContain("input");
  expect((await post(port, [user("hi")], { body: "no json" })).status).toBe(400);
});

it("a client that hangs up stops its answer, and the next is answered", async () => {
  const port = await open({ wordMs: 20 });
  const hangUp = new AbortController();
  const response = await post(port, [user("table")], { signal: hangUp.signal });
  await response.body?.getReader().read();
  hangUp.abort();
  expect((await post(port, [user("ask")])).status).toBe(200);
});

it("it listens where it is told, and elsewhere when somebody else does", async () => {
  const other = createServer();
  const taken = await new Promise<number>((resolve) => {
    other.listen(0, "127.0.0.1", () => {
      const address = other.address();
      resolve(address !== null && typeof address === "object" ? address.port : 0);
    });
  });
  const port = await open({ port: taken });
  expect(port).not.toBe(taken);
  await model?.stop();
  await new Promise((resolve) => other.close(resolve));
  expect(await open({ port: taken })).toBe(taken);
});
