import type { Uploaded } from "../protocol.ts";

/**
 * Uploads one file. `progress`: share that has arrived, 0 to 1. Rejects with the server's reason; with an empty message
 * when there was no answer.
 */
export function upload(file: File, progress: (share: number) => void, signal: AbortSignal): Promise<Uploaded> {
  return new Promise((resolve, reject) => {
    // fetch cannot tell how much of a body has been sent.
    const request = new XMLHttpRequest();
    request.open("POST", `/files?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable && event.total > 0) progress(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      const answer: unknown = request.response;
      if (request.status >= 200 && request.status < 300) resolve(answer as Uploaded);
      else reject(new Error(reasonIn(answer)));
    });
    for (const end of ["error", "abort", "timeout"]) request.addEventListener(end, () => reject(new Error("")));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}

function reasonIn(answer: unknown): string {
  const reason = typeof answer === "object" && answer !== null && "error" in answer ? answer.error : undefined;
  return typeof reason === "string" ? reason : "";
}
