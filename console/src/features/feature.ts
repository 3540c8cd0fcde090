import type { ComponentType } from "react";
import type { Texts } from "../texts";

// A part of the console. Its pages are loaded when somebody goes there; its texts are always there.
// `<name>.title` is what the rail calls it.
export interface Feature {
  name: string;
  sign: string; // In the rail.
  rail?: string; // The path that the rail leads to; without one it is not in the rail.
  routes: { path: string; load: () => Promise<{ default: ComponentType }> }[];
  texts: Texts;
}
