import type { RequestBody } from "../request.ts";

/** What is asked for, in as few words as it has itself; may be long, and of several lines. */
export function requestSummary(body: RequestBody): string {
  switch (body.kind) {
    case "command":
      return body.command;
    case "files":
      return body.changes.map((change) => change.path).join(", ");
    case "permissions":
      return body.summary;
    case "question":
      return body.questions.map((question) => question.question).join(" ");
    case "elicitation":
      return body.message;
  }
}
