import type { Feature } from "../feature";
import { texts } from "./texts";

export const request: Feature = {
  name: "request",
  sign: "?",
  routes: [{ path: "/approvals/$approvalId", load: () => import("./page") }],
  texts,
};
