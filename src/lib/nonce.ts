import { randomBytes } from "node:crypto";

/** 96 random bits, 16 URL-safe characters: unguessable and well under every platform's 64 bytes. */
export function randomNonce(): string {
  return randomBytes(12).toString("base64url");
}
