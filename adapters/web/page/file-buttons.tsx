import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { Icon } from "./icon.tsx";
import { useWords } from "./words.ts";

type Take = (files: readonly File[]) => void;

/** Files from the device, and on a phone from its camera. */
export function FileButtons({ take }: { readonly take: Take }): VNode {
  const words = useWords();
  return (
    <>
      <FileButton take={take} label={words.attach} icon="attach" />
      <FileButton take={take} label={words.camera} icon="camera" camera />
    </>
  );
}

interface FileButtonProps {
  readonly take: Take;
  readonly label: string;
  readonly icon: "attach" | "camera";
  readonly camera?: boolean;
}

function FileButton({ take, label, icon, camera = false }: FileButtonProps): VNode {
  const input = useRef<HTMLInputElement>(null);
  const chosen = (): void => {
    const element = input.current;
    if (element === null) return;
    take([...(element.files ?? [])]);
    // The same file can be chosen again.
    element.value = "";
  };
  return (
    <>
      <button
        type="button"
        class={`icon ${icon}`}
        aria-label={label}
        title={label}
        onClick={() => input.current?.click()}
      >
        <Icon name={icon} />
      </button>
      {camera ? (
        <input ref={input} type="file" hidden accept="image/*" capture="environment" onChange={chosen} />
      ) : (
        <input ref={input} type="file" hidden multiple onChange={chosen} />
      )}
    </>
  );
}
