import type { Feature } from "../feature";
import { texts } from "./texts";

export const operations: Feature = {
  name: "operations",
  sign: "◔",
  rail: "/operations",
  routes: [{ path: "/operations", load: () => import("./page") }],
  texts,
};
