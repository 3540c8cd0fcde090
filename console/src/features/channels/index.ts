import type { Feature } from "../feature";
import { texts } from "./texts";

export const channels: Feature = {
  name: "channels",
  sign: "⇄",
  rail: "/channels",
  routes: [{ path: "/channels", load: () => import("./page") }],
  texts,
};
