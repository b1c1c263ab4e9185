import { useEffect } from "preact/hooks";

/** A longer text that is pasted becomes a file, UTF-16 units. */
const pastedLength = 100_000;

/** Takes files dropped anywhere on the page or pasted, and a long pasted text as `pasted.txt`. `take` must not change. */
export function useIncomingFiles(take: (files: readonly File[]) => void): void {
  useEffect(() => {
    const paste = (event: ClipboardEvent): void => {
      const data = event.clipboardData;
      if (data === null) return;
      const files = [...data.files];
      if (files.length === 0) {
        const text = data.getData("text/plain");
        // Put into the text field, it would hold up the page with every key.
        if (text.length > pastedLength) files.push(new File([text], "pasted.txt", { type: "text/plain" }));
      }
      if (files.length === 0) return;
      event.preventDefault();
      take(files);
    };
    const over = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes("Files") !== true) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      document.body.classList.add("dropping");
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) document.body.classList.remove("dropping");
    };
    const drop = (event: DragEvent): void => {
      document.body.classList.remove("dropping");
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      take(files);
    };
    document.addEventListener("paste", paste);
    document.addEventListener("dragover", over);
    document.addEventListener("dragleave", leave);
    document.addEventListener("drop", drop);
    return () => {
      document.removeEventListener("paste", paste);
      document.removeEventListener("dragover", over);
      document.removeEventListener("dragleave", leave);
      document.removeEventListener("drop", drop);
    };
  }, [take]);
}
