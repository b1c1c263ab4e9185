import type { ChatKey } from "../model/ids.ts";
import { type LaneHost, persist } from "./desk.ts";
import { follow, freshLive, hasText, type LiveState, sendFrame } from "./live.ts";
import type { LiveUrgency, Picked } from "./scheduler.ts";

/** A failed attempt at showing "typing" for want of budget is repeated after this long. */
const typingRetryMs = 500;

/** A chat's live frames: latest wins, none kept. */
export interface LiveLane {
  /** No view runs, as far as is known. */
  readonly idle: boolean;
  /** The running view changed. */
  changed(): void;
  /** A turn's frames are over; another turn's may have begun. */
  ended(): void;
  /** A message was sent: a frame that is a draft vanished with it, and is shown again. */
  covered(): void;
  /** No frames any more. */
  close(): void;
  /** Sends the newest frame. Rejects only with `leaseLost` or the abort of the sender. */
  run(pick: Picked): Promise<void>;
}

/** `onIdle`: the view is gone. */
export function createLiveLane(host: LaneHost, chat: ChatKey, onIdle: () => void): LiveLane {
  return new ChatLiveLane(host, chat, onIdle);
}

class ChatLiveLane implements LiveLane {
  readonly #host: LaneHost;
  readonly #chat: ChatKey;
  readonly #onIdle: () => void;
  readonly #state: LiveState;
  #peeking = false;
  /** Raised by each notice, so that one that comes during a look is not lost. */
  #notices = 0;
  #typing: AbortController | undefined;
  #closed = false;

  constructor(host: LaneHost, chat: ChatKey, onIdle: () => void) {
    this.#host = host;
    this.#chat = chat;
    this.#onIdle = onIdle;
    this.#state = freshLive(host.desk.channel.isGroup(chat) ? "edit" : "none");
  }

  get idle(): boolean {
    return !this.#peeking && this.#state.slot === undefined;
  }

  changed(): void {
    if (this.#closed) return;
    this.#notices++;
    if (!this.#state.textTried) this.#peek();
    else if (!this.#state.dead) this.#want("changed");
  }

  ended(): void {
    this.#reset();
    this.changed();
  }

  covered(): void {
    const fades = this.#host.desk.channel.capabilities.rate.liveKeepAliveMs !== undefined;
    if (!fades || this.#state.slot === undefined || this.#state.dead) return;
    this.#state.last = undefined;
    this.#want("changed");
  }

  close(): void {
    this.#closed = true;
    this.#reset();
  }

  async run(pick: Picked): Promise<void> {
    const { desk, scheduler } = this.#host;
    const step = await sendFrame(desk, this.#chat, this.#state, (cost) =>
      scheduler.charge({ ...pick.charge, cost }, desk.clock.uptime()),
    );
    if (step.next === "ended") this.#reset();
    else if (step.next !== "nothing") this.#want(step.next);
    scheduler.finish(pick, step.result, desk.clock.uptime());
    if (this.#state.textShown || this.#state.silent) this.#typing?.abort();
    if (this.idle) this.#onIdle();
    this.#host.pump();
  }

  #want(urgency: LiveUrgency): void {
    if (this.#closed) return;
    const { desk, scheduler } = this.#host;
    scheduler.wantLive(this.#chat, urgency, this.#state.cost, desk.clock.uptime());
    this.#host.pump();
  }

  /** Until a turn's first text was tried, each change is looked at: that text goes before other chats' frames. */
  #peek(): void {
    if (!this.#peeking) this.#host.watch(this.#look());
  }

  async #look(): Promise<void> {
    const { desk } = this.#host;
    this.#peeking = true;
    let seen: number;
    do {
      seen = this.#notices;
      const frame = await persist(desk, () => desk.store.live(this.#chat));
      if (frame === undefined) this.#reset();
      else {
        follow(this.#state, frame.view);
        if (!this.#state.dead) this.#want(hasText(frame.view) && !this.#state.textTried ? "first" : "changed");
        this.#type();
      }
    } while (seen !== this.#notices);
    this.#peeking = false;
    if (this.idle) this.#onIdle();
  }

  #reset(): void {
    this.#typing?.abort();
    Object.assign(this.#state, freshLive(this.#state.cost));
    this.#host.scheduler.endLive(this.#chat);
  }

  /** Shows that the bot is busy until the turn's first text is on the screen. */
  #type(): void {
    const running = this.#typing !== undefined && !this.#typing.signal.aborted;
    if (running || this.#closed || this.#state.textShown || this.#state.silent || this.#state.dead) return;
    this.#typing = new AbortController();
    this.#host.watch(this.#typeUntil(this.#typing.signal));
  }

  async #typeUntil(signal: AbortSignal): Promise<void> {
    const { desk, scheduler } = this.#host;
    try {
      while (!signal.aborted) {
        const allowed = scheduler.spare(this.#chat, desk.clock.uptime());
        if (allowed) await desk.channel.busy(this.#chat, signal);
        await desk.clock.sleep(allowed ? desk.limits.busyMs : typingRetryMs, signal);
      }
    } catch (error) {
      if (!signal.aborted) desk.log.debug({ err: error, chat: this.#chat }, "typing is not shown");
    }
  }
}
