import type { Feature } from "../feature";
import { texts } from "./texts";

export const workflows: Feature = {
  name: "workflows",
  sign: "⇶",
  rail: "/workflows",
  routes: [
    { path: "/workflows", load: () => import("./list") },
    { path: "/workflows/$workflowId", load: () => import("./page") },
  ],
  texts,
};
