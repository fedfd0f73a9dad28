import assert from "node:assert/strict";
import test from "node:test";
import { filter } from "./plugin.js";

const settings = JSON.stringify({ suffix: "-alpine" });

test("keeps the variant and drops its suffix", () => {
  const filtered = filter.apply(settings, "1.2.0\n1.2.0-alpine", { explain: true });
  assert.deepEqual(filtered.kept, [1]);
  assert.equal(filtered.keys, "1.2.0");
  assert.deepEqual(filtered.rejected, [{ index: 0, reason: "does not end with -alpine" }]);
});

test("a suffix is needed", () => {
  assert.throws(() => filter.validate("{}"), (reason) => reason.includes("suffix"));
});
