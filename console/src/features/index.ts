// In the order of the rail.

import { agents } from "./agents";
import { audit } from "./audit";
import { channels } from "./channels";
import type { Feature } from "./feature";
import { inbox } from "./inbox";
import { operations } from "./operations";
import { people } from "./people";
import { policies } from "./policies";
import { request } from "./request";
import { workflows } from "./workflows";

export const features: Feature[] = [
  inbox,
  request,
  workflows,
  agents,
  policies,
  channels,
  people,
  audit,
  operations,
];
