import { Agent, request } from "node:http";
import type { Redis } from "ioredis";
import type { Exchange } from "../emulators/telegram/transcript.ts";
import type { Figure } from "./figures.ts";
import { openRedis } from "./redis.ts";
import { called, type Person, type Place } from "./world.ts";

/** One look at what the road of a message is made of, with nothing of ours in it; ms. */
export interface FloorSample {
  readonly ping: number;
  /** Durable: the server answers once it is on disk. */
  readonly set: number;
  /** Two durable writes and a read, one after the other: message stored, turn recorded, mail read. */
  readonly start: number;
  /** A plain POST: written → arrived at the emulator. */
  readonly post: number;
  readonly postAnswered: number;
  /** Two durable writes and that POST: final stored, sending noted, sent. */
  readonly final: number;
}

/** The service's own Redis and its platform, spoken to from the measuring process. */
export class Floor {
  readonly #place: Place;
  readonly #redis: Redis;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #posts = 0;

  /** The service runs. */
  constructor(place: Place) {
    this.#place = place;
    this.#redis = openRedis(place);
  }

  /** Sends a final of the service's once more, its first word changed, to the same chat. */
  async sample(person: Person, final: Exchange): Promise<FloorSample> {
    // Discarded: a connection and a disk that rested for seconds.
    await this.#set();
    const ping = await this.#took(() => this.#redis.ping());
    const set = await this.#set();
    const start = (await this.#set()) + (await this.#set()) + (await this.#took(() => this.#redis.ping()));
    const stored = (await this.#set()) + (await this.#set());
    const { arrived, answered } = await this.#post(person, final);
    return { ping, set, start, post: arrived, postAnswered: answered, final: stored + arrived };
  }

  close(): void {
    this.#redis.disconnect();
    this.#agent.destroy();
  }

  async #took(work: () => Promise<unknown>): Promise<number> {
    const from = performance.now();
    await work();
    return performance.now() - from;
  }

  #set(): Promise<number> {
    return this.#took(() => this.#redis.set("bench-floor", "x".repeat(500), "PX", 60_000));
  }

  async #post(person: Person, final: Exchange): Promise<{ readonly arrived: number; readonly answered: number }> {
    const { reply_parameters: _, ...params } = final.params;
    this.#posts += 1;
    const words = `Same ${this.#posts}`;
    const body = JSON.stringify({ ...params, text: String(params.text).replace(/^\S+/, words) });
    const from = performance.now();
    const status = await this.#send(final.method, body);
    const answered = performance.now() - from;
    if (status !== 200) throw new Error(`the platform refused the plain call: ${status}`);
    const seen = await called(this.#place, person, new RegExp(`^${final.method}$`), words, from);
    return { arrived: seen.at - from, answered };
  }

  #send(method: string, body: string): Promise<number | undefined> {
    const { token, url } = this.#place.world.telegram;
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const asked = request(
        `${url}/bot${token}/${method}`,
        { method: "POST", agent: this.#agent, headers },
        (answer) => {
          answer.resume();
          answer.once("end", () => resolve(answer.statusCode));
        },
      );
      asked.once("error", reject);
      asked.end(body);
    });
  }
}

/** What the parts cost by themselves. */
export function floorFigures(taken: readonly FloorSample[]): readonly Figure[] {
  const row = (words: string, key: keyof FloorSample): Figure => ({
    row: words,
    unit: "ms",
    samples: taken.map((sample) => sample[key]),
  });
  return [
    row("raw Redis round trip: `PING` to the service's server", "ping"),
    row("raw Redis round trip: `SET` of 500 B, on disk when it answers", "set"),
    row("direct API call, kept alive, the body of a final: written → arrived", "post"),
    row("the same: written → answered", "postAnswered"),
  ];
}
