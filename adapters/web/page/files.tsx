import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { WebFile } from "../protocol.ts";
import { bytesText } from "./bytes-text.ts";
import { Dialog } from "./dialogs.tsx";
import { Icon } from "./icon.tsx";
import { useWords } from "./words.ts";

/** Files of a message: pictures are shown, the rest can be downloaded. */
export function Files({ files }: { readonly files: readonly WebFile[] }): VNode {
  return (
    <div class="files">
      {files.map((file) =>
        file.type.startsWith("image/") ? <Picture key={file.id} file={file} /> : <Card key={file.id} file={file} />,
      )}
    </div>
  );
}

function address(file: WebFile): string {
  return `/files/${encodeURIComponent(file.id)}`;
}

function Picture({ file }: { readonly file: WebFile }): VNode {
  const words = useWords();
  const [large, setLarge] = useState(false);
  const [broken, setBroken] = useState(false);
  if (broken) return <Card file={file} />;
  return (
    <>
      <button type="button" class="picture" aria-label={words.enlarge(file.name)} onClick={() => setLarge(true)}>
        <img src={address(file)} alt={file.name} loading="lazy" decoding="async" onError={() => setBroken(true)} />
      </button>
      {large ? (
        <Dialog label={file.name} name="large-picture" close={() => setLarge(false)}>
          <button type="button" class="icon" aria-label={words.close} onClick={() => setLarge(false)}>
            <Icon name="close" />
          </button>
          <img src={address(file)} alt={file.name} />
          <a href={address(file)} download={file.name}>
            {words.download(file.name, bytesText(file.bytes))}
          </a>
        </Dialog>
      ) : undefined}
    </>
  );
}

function Card({ file }: { readonly file: WebFile }): VNode {
  return (
    <a class="file-card" href={address(file)} download={file.name}>
      <Icon name="file" />
      <span class="file-name">{file.name}</span>
      <span class="faint">{bytesText(file.bytes)}</span>
    </a>
  );
}
