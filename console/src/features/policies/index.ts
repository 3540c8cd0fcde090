import type { Feature } from "../feature";
import { texts } from "./texts";

export const policies: Feature = {
  name: "policies",
  sign: "§",
  rail: "/policies",
  routes: [{ path: "/policies", load: () => import("./page") }],
  texts,
};
