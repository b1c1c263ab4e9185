import type { PageWords } from "../../../src/model/catalog/page.ts";
import type { Controller } from "./controller.ts";
import { keepNotifications, wantsNotifications } from "./memory.ts";
import { previewOf } from "./preview.ts";

/** `unavailable`: this browser or page has none. `blocked`: a person forbade them in the browser. */
export type NotificationState = "on" | "off" | "blocked" | "unavailable";

export function notificationState(): NotificationState {
  if (!("Notification" in window) || !window.isSecureContext) return "unavailable";
  if (Notification.permission === "denied") return "blocked";
  return Notification.permission === "granted" && wantsNotifications() ? "on" : "off";
}

/** Switches notifications; the browser asks a person the first time. */
export async function askForNotifications(on: boolean): Promise<NotificationState> {
  if (on && Notification.permission === "default") await Notification.requestPermission();
  keepNotifications(on && Notification.permission === "granted");
  return notificationState();
}

/** Rings for the bot's new messages while nobody looks at the page. */
export function startRinging(controller: Controller, words: PageWords): () => void {
  return controller.onRing((message) => {
    if (!document.hidden || notificationState() !== "on") return;
    const title = controller.state().chats?.find((one) => one.chat === message.chat)?.title ?? words.title;
    try {
      const shown = new Notification(title, { body: previewOf(message.content), tag: `${message.chat}-${message.id}` });
      shown.addEventListener("click", () => {
        window.focus();
        controller.dispatch({ type: "openChat", chat: message.chat });
        shown.close();
      });
    } catch {
      // Android shows notifications of service workers only; the title still counts.
    }
  });
}
