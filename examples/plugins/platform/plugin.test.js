import assert from "node:assert/strict";
import test from "node:test";
import { filter, told } from "./plugin.js";

test("a suffix tells the platform", () => {
  assert.deepEqual(told("1.2.3-linux-arm64"), { key: "1.2.3", os: "linux", architecture: "arm64", variant: undefined });
  assert.equal(told("1.2.3-armv7").variant, "v7");
  assert.equal(told("1.2.3-alpine"), undefined);
});

test("keeps what fits, without its suffix", () => {
  const settings = JSON.stringify({ platform: "linux/amd64" });
  const filtered = filter.apply(settings, "1.0-amd64\n1.0-arm64\n1.1", { explain: true });
  assert.deepEqual([filtered.kept, filtered.keys], [[0], "1.0"]);
  assert.deepEqual(filtered.rejected.map(({ reason }) => reason), ["is for linux/arm64", "names no platform"]);
});
