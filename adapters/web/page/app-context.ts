import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { PageEvent } from "./state.ts";

/** Says that a person did something. The function never changes, so nothing is drawn anew because of it. */
export type Dispatch = (event: PageEvent) => void;

export const Dispatching = createContext<Dispatch>(() => undefined);

/** The dispatcher, in a component. */
export function useDispatch(): Dispatch {
  return useContext(Dispatching);
}
