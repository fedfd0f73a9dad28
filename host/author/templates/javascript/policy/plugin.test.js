import assert from "node:assert/strict";
import test from "node:test";
import { policy } from "./plugin.js";

const settings = JSON.stringify({ prefix: "build-" });

test("the greatest number wins", () => {
  const candidates = "build-10\nbuild-9\nlatest";
  const selection = policy.select(settings, candidates, { explain: true });
  assert.equal(selection.chosen, 0);
  assert.deepEqual(selection.rejected, [{ index: 2, reason: "does not start with build-" }]);
});

test("a prefix is needed", () => {
  assert.throws(() => policy.validate("{}"), (reason) => reason.includes("prefix"));
});
