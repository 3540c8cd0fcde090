import type { Feature } from "../feature";
import { texts } from "./texts";

export const inbox: Feature = {
  name: "inbox",
  sign: "◷",
  rail: "/inbox",
  routes: [{ path: "/inbox", load: () => import("./page") }],
  texts,
};
