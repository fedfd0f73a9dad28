// Chooses the greatest build number behind a prefix.

const schema = {
  type: "object",
  properties: {
    prefix: {
      type: "string",
      description: "What a tag starts with; the rest of it is its number.",
    },
  },
  required: ["prefix"],
};

/** The settings; throws what `refuse` makes of a reason why they will not do. */
function read(settings, refuse) {
  let given;
  try {
    given = JSON.parse(settings);
  } catch (error) {
    throw refuse(String(error));
  }
  if (typeof given?.prefix !== "string") throw refuse("prefix must be a text");
  return given;
}

const invalidSettings = (val) => ({ tag: "invalid-settings", val });

// Fifteen digits are what a JavaScript number holds exactly.
const DIGITS = /^[0-9]{1,15}$/;

/** Why a tag has no number behind the prefix; nothing where it has one. */
function refusal(tag, { prefix }) {
  if (!tag.startsWith(prefix)) return `does not start with ${prefix}`;
  if (!DIGITS.test(tag.slice(prefix.length))) return `has no number after ${prefix}`;
  return undefined;
}

/** The index of the tag with the greatest number; null where none has one. */
function greatest(tags, settings) {
  const { prefix } = settings;
  let best = -1;
  let chosen = null;
  // From the last tag back: of equals the last one wins, the contract asks for that.
  for (let index = tags.length - 1; index >= 0; index--) {
    const tag = tags[index];
    if (!tag.startsWith(prefix)) continue;
    // Number() takes more than digits, but is quicker than the pattern, which is
    // therefore only asked about a tag that would win.
    const number = Number(tag.slice(prefix.length));
    if (number > best && !refusal(tag, settings)) [best, chosen] = [number, index];
  }
  return chosen;
}

/** Every tag that could not be chosen, and why. */
function rejections(tags, settings) {
  const reasons = tags.map((tag, index) => ({ index, reason: refusal(tag, settings) }));
  return reasons.filter(({ reason }) => reason !== undefined);
}

/** The interface that wit/policy.wit describes. Errors are thrown. */
export const policy = {
  describe() {
    return {
      name: "plugin-name",
      version: "0.1.0",
      summary: "PLUGIN-SUMMARY",
      settingsSchema: JSON.stringify(schema),
    };
  },

  validate(settings) {
    read(settings, (reason) => reason);
  },

  select(settings, candidates, context) {
    const given = read(settings, invalidSettings);
    const tags = candidates.split("\n");
    const rejected = context.explain ? rejections(tags, given) : [];
    return { chosen: greatest(tags, given), rejected };
  },
};
