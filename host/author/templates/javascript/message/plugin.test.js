import assert from "node:assert/strict";
import test from "node:test";
import { message } from "./plugin.js";

test("writes a line a change", () => {
  const changes = [{ file: "a.yaml", oldValue: "a:1", newValue: "a:2" }];
  const text = message.render(JSON.stringify({ prefix: "chore" }), { changes });
  assert.equal(text, "chore: update 1 value\n\n- a.yaml: a:1 -> a:2\n");
});

test("a prefix is needed", () => {
  assert.throws(() => message.validate("{}"), (reason) => reason.includes("prefix"));
});
