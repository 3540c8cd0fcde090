import type { Feature } from "../feature";
import { texts } from "./texts";

export const people: Feature = {
  name: "people",
  sign: "☺",
  rail: "/people",
  routes: [
    { path: "/people", load: () => import("./page") },
    { path: "/groups", load: () => import("./groups") },
    { path: "/keys", load: () => import("./keys") },
    { path: "/permissions", load: () => import("./permissions") },
    { path: "/freezes", load: () => import("./freezes") },
  ],
  texts,
};
