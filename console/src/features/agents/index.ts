import type { Feature } from "../feature";
import { texts } from "./texts";

export const agents: Feature = {
  name: "agents",
  sign: "◈",
  rail: "/agents",
  routes: [{ path: "/agents", load: () => import("./page") }],
  texts,
};
