import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { type PageWords, pageWords } from "../../../src/model/catalog/page.ts";

/** Words of the page in the language the service speaks. */
export const Words = createContext<PageWords>(pageWords.en);

/** The words, in a component. */
export function useWords(): PageWords {
  return useContext(Words);
}
