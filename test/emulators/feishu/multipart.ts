import type { Call } from "./context.ts";

/** Fields and the file of a multipart body; part headers may be quoted or not. */
export function readMultipart(contentType: string, data: Buffer): Pick<Call, "body" | "file"> {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1] ?? "";
  const mark = Buffer.from(`--${boundary}`);
  const body: Record<string, unknown> = {};
  let file: Call["file"];
  for (let at = data.indexOf(mark); at >= 0; ) {
    const next = data.indexOf(mark, at + mark.length);
    if (next < 0) break;
    const part = data.subarray(at + mark.length + 2, next - 2);
    const end = part.indexOf("\r\n\r\n");
    const head = part.subarray(0, end).toString();
    const value = part.subarray(end + 4);
    const name = /name="?([^";\r\n]+)"?/.exec(head)?.[1] ?? "";
    const fileName = /filename="?([^";\r\n]+)"?/.exec(head)?.[1];
    if (fileName === undefined && !/content-type/i.test(head)) body[name] = value.toString();
    else {
      file = { name: fileName ?? name, bytes: Buffer.from(value) };
      body[name] = "<file>";
    }
    at = next;
  }
  return { body, ...(file === undefined ? {} : { file }) };
}
