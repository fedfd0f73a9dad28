// Which channel a tag belongs to, and which of two tags is the newer one.

/** The channels, the most careful one first. */
export const CHANNELS = ["stable", "beta", "nightly"];

const RELEASE = /^v?(\d+)\.(\d+)\.(\d+)(?:-(?:beta|rc)\.?(\d+))?$/;
const NIGHTLY = /^nightly-(\d{4})-?(\d{2})-?(\d{2})$/;

/** A tag's channel and what orders it there; nothing for a tag of no channel. */
export function placed(tag) {
  const nightly = NIGHTLY.exec(tag);
  if (nightly) return { channel: "nightly", order: nightly.slice(1).map(Number) };
  const release = RELEASE.exec(tag);
  if (!release) return undefined;
  const [major, minor, patch, pre] = release.slice(1);
  // A release comes after all of its own candidates.
  const order = [major, minor, patch, pre ?? Infinity].map(Number);
  return { channel: pre === undefined ? "stable" : "beta", order };
}

/** Whether `a` is newer than `b`, both of one scheme: releases, or nightlies. */
export function isNewer(a, b) {
  const at = a.order.findIndex((number, i) => number !== b.order[i]);
  return at >= 0 && a.order[at] > b.order[at];
}

/**
 * The index of the tag to run in a channel.
 *
 * With `fallback`, a channel never lags behind a more careful one: beta takes a
 * release that is newer than its last candidate, and nightly takes what beta would
 * where there is no nightly at all.
 */
export function pick(tags, channel, fallback) {
  let best;
  for (const [index, tag] of tags.entries()) {
    const found = placed(tag);
    const fits = found?.channel === channel || (fallback && channel === "beta" && found?.channel === "stable");
    // Of equals the last one wins: the contract asks for that.
    if (fits && (!best || !isNewer(best, found))) best = { index, ...found };
  }
  if (best || !fallback || channel === "stable") return best?.index;
  return pick(tags, channel === "nightly" ? "beta" : "stable", true);
}

/** Why a tag could not be chosen in a channel; nothing where it could. */
export function refusal(tag, channel, fallback) {
  const found = placed(tag);
  if (!found) return "belongs to no channel";
  const allowed = fallback ? CHANNELS.indexOf(found.channel) <= CHANNELS.indexOf(channel) : found.channel === channel;
  return allowed ? undefined : `is ${found.channel}, and ${channel} is wanted`;
}
