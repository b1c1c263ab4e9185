import type { RequestBody } from "./request.ts";
import type { Action } from "./turn.ts";

/** A path as people in the project know it: below `folder` it loses that prefix, elsewhere it stays whole. */
function below(path: string, folder: string | undefined): string {
  return folder !== undefined && path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
}

/** An action with its files named from the project folder; the label of a patch is its files. */
export function relativeAction(action: Action, folder: string | undefined): Action {
  if (action.files === undefined) return action;
  const files = action.files.map((file) => ({ ...file, path: below(file.path, folder) }));
  return { ...action, files, ...(action.kind === "files" ? { label: files.map((file) => file.path).join(", ") } : {}) };
}

/** A request with its files named from the project folder. */
export function relativeRequest(body: RequestBody, folder: string | undefined): RequestBody {
  if (body.kind !== "files") return body;
  return { ...body, changes: body.changes.map((change) => ({ ...change, path: below(change.path, folder) })) };
}
