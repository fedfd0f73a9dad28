import assert from "node:assert/strict";
import test from "node:test";
import { isNewer, pick, placed, refusal } from "./channels.js";

test("tags belong to channels", () => {
  const channel = (tag) => placed(tag)?.channel;
  assert.equal(channel("v1.2.3"), "stable");
  assert.equal(channel("1.2.3-rc.1"), "beta");
  assert.equal(channel("1.2.3-beta4"), "beta");
  assert.equal(channel("nightly-20260713"), "nightly");
  assert.equal(channel("1.2.3-alpine"), undefined);
});

test("a release comes after its candidates", () => {
  assert.ok(isNewer(placed("1.2.0"), placed("1.2.0-rc.9")));
  assert.ok(isNewer(placed("1.10.0-beta.1"), placed("1.9.0")));
});

test("beta never lags behind stable, unless it is told to", () => {
  const tags = ["1.2.0-beta.3", "1.2.0", "1.1.0"];
  assert.equal(pick(tags, "beta", true), 1);
  assert.equal(pick(tags, "beta", false), 0);
});

test("nightly falls back where there is none", () => {
  assert.equal(pick(["1.0.0", "1.1.0-beta.1"], "nightly", true), 1);
  assert.equal(pick(["1.0.0"], "nightly", false), undefined);
});

test("says why a tag is out of the question", () => {
  assert.equal(refusal("latest", "beta", true), "belongs to no channel");
  assert.equal(refusal("nightly-20260713", "beta", true), "is nightly, and beta is wanted");
  assert.equal(refusal("1.0.0", "beta", true), undefined);
});
