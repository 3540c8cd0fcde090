import { expect, test } from "vitest";
import { figure, latenciesOf, rateOf, samplesOf } from "./figures";

const TEXT = `# HELP fermata_queued_commands Commands waiting.
# TYPE fermata_queued_commands gauge
fermata_queued_commands 7
http_server_request_duration_seconds_bucket{method="GET",route="/v1/me",le="0.01"} 50
http_server_request_duration_seconds_bucket{method="GET",route="/v1/me",le="0.1"} 95
http_server_request_duration_seconds_bucket{method="GET",route="/v1/me",le="+Inf"} 100
http_server_request_duration_seconds_bucket{method="GET",route="/x\\"y",le="+Inf"} 0
`;

test("figures are read by their names", () => {
  const samples = samplesOf(TEXT);
  expect(figure(samples, "fermata_queued_commands")).toBe(7);
  expect(figure(samples, "fermata_nothing")).toBeUndefined();
  expect(samples.at(-1)?.labels.route).toBe('/x"y');
});

test("latencies are the buckets that so many requests fell into", () => {
  expect(latenciesOf(samplesOf(TEXT))).toEqual([
    { route: "GET /v1/me", count: 100, p50: 0.01, p95: 0.1, p99: null },
  ]);
});

test("a rate needs two readings of one server", () => {
  expect(rateOf(undefined, [1000, 5])).toBeNull();
  expect(rateOf([1000, 5], [3000, 25])).toBe(10);
  expect(rateOf([1000, 500], [3000, 5])).toBeNull();
});
