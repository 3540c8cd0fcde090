import type { Feature } from "../feature";
import { texts } from "./texts";

export const audit: Feature = {
  name: "audit",
  sign: "≡",
  rail: "/audit",
  routes: [{ path: "/audit", load: () => import("./page") }],
  texts,
};
