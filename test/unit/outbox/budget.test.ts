import { describe, expect, test } from "vitest";
import { type Charge, createBudgets } from "../../../src/outbox/budget.ts";
import { ada, bob, chat, team } from "./harness.ts";

const rate = {
  accountPerSecond: 10,
  chatPerSecond: 1,
  chatBurst: 3,
  groupPerMinute: 20,
  liveSpacingMs: 1000,
  liveSpacingGroupMs: 3200,
};
const of = (more: Partial<Charge>): Charge => ({ chat: ada, group: false, cost: "message", lane: "durable", ...more });

describe("budgets", () => {
  test("let a burst into a chat, then one call a second", () => {
    const budgets = createBudgets(rate);
    for (let i = 0; i < 3; i++) {
      expect(budgets.chatReadyAt(of({}), 1000)).toBe(1000);
      budgets.spend(of({}), 1000);
    }
    expect(budgets.chatReadyAt(of({}), 1000)).toBe(2000);
    expect(budgets.chatReadyAt(of({}), 2000)).toBe(2000);
    expect(budgets.chatReadyAt(of({ chat: bob }), 1000)).toBe(1000);
  });

  test("keep one token of the account for durable calls", () => {
    const budgets = createBudgets(rate);
    budgets.spend(of({ lane: "live", cost: "none" }), 1000);
    expect(budgets.accountReadyAt("live", 1000)).toBe(1100);
    expect(budgets.accountReadyAt("durable", 1000)).toBe(1000);
    budgets.spend(of({}), 1000);
    expect(budgets.accountReadyAt("durable", 1000)).toBe(1100);
  });

  test("never let more calls out in a second than the rate and its burst", () => {
    const budgets = createBudgets(rate);
    const times: number[] = [];
    for (let now = 0; now < 10_000; now++) {
      if (budgets.accountReadyAt("durable", now) > now) continue;
      budgets.spend(of({ chat: chat(String(now)) }), now);
      times.push(now);
    }
    for (const t of times) expect(times.filter((u) => u >= t && u < t + 1000).length).toBeLessThanOrEqual(12);
    expect(times.length).toBeGreaterThanOrEqual(100);
  });

  test("give live frames 17 of a group's 20 calls a minute and finals all", () => {
    const budgets = createBudgets({ ...rate, chatBurst: 100 });
    const live = of({ chat: team, group: true, lane: "live", cost: "edit" });
    const final = of({ chat: team, group: true });
    for (let i = 0; i < 17; i++) budgets.spend(live, 1000 + i);
    expect(budgets.chatReadyAt(live, 2000)).toBe(61_000);
    for (let i = 0; i < 3; i++) {
      expect(budgets.chatReadyAt(final, 2000 + i)).toBe(2000 + i);
      budgets.spend(final, 2000 + i);
    }
    expect(budgets.chatReadyAt(final, 3000)).toBe(61_000);
  });

  test("charge a call without cost to the account alone", () => {
    const budgets = createBudgets(rate);
    for (let i = 0; i < 9; i++) budgets.spend(of({ cost: "none" }), 1000);
    expect(budgets.chatReadyAt(of({}), 1000)).toBe(1000);
    expect(budgets.accountReadyAt("durable", 1000)).toBeGreaterThan(1000);
  });

  test("block exactly the chat of a 429, and only as long as told", () => {
    const budgets = createBudgets(rate);
    budgets.limited("chat", ada, 9000, 1000);
    expect(budgets.chatReadyAt(of({}), 1000)).toBe(9000);
    expect(budgets.chatReadyAt(of({ cost: "none" }), 1000)).toBe(9000);
    expect(budgets.chatReadyAt(of({ chat: bob }), 1000)).toBe(1000);
    expect(budgets.accountReadyAt("live", 1000)).toBe(1000);
    budgets.limited("account", bob, 5000, 1000);
    expect(budgets.accountReadyAt("durable", 1000)).toBe(5000);
  });

  test("space live frames half as far again after a 429, and recover slowly", () => {
    const budgets = createBudgets(rate);
    expect(budgets.spacingMs(ada, false, 0)).toBe(1000);
    expect(budgets.spacingMs(team, true, 0)).toBe(3200);
    budgets.limited("chat", ada, 0, 0);
    expect(budgets.spacingMs(ada, false, 0)).toBe(1500);
    expect(budgets.spacingMs(bob, false, 0)).toBe(1000);
    expect(budgets.spacingMs(ada, false, 60_000)).toBe(1250);
    for (let i = 0; i < 50; i++) budgets.limited("account", ada, 0, 0);
    expect(budgets.spacingMs(bob, false, 0)).toBe(8000);
  });

  test("take back what was not used", () => {
    const budgets = createBudgets({ ...rate, groupPerMinute: 1 });
    const final = of({ chat: team, group: true });
    budgets.spend(final, 1000);
    budgets.refund(final);
    expect(budgets.chatReadyAt(final, 1000)).toBe(1000);
    expect(budgets.accountReadyAt("live", 1000)).toBe(1000);
  });

  test("forget chats that are idle", () => {
    const budgets = createBudgets(rate);
    for (let i = 0; i < 10_000; i++) budgets.spend(of({ chat: chat(`c${i}`) }), i * 1000);
    expect(budgets.size).toBeLessThan(1000);
  });
});
