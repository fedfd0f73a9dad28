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

/** A tag's number, or why it has none. */
function rank(tag, prefix) {
  if (!tag.startsWith(prefix)) return { reason: `does not start with ${prefix}` };
  const rest = tag.slice(prefix.length);
  // Fifteen digits are what a JavaScript number holds exactly.
  if (!/^[0-9]{1,15}$/.test(rest)) return { reason: `has no number after ${prefix}` };
  return { number: Number(rest) };
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
    const { prefix } = read(settings, invalidSettings);
    let chosen = null;
    let greatest = -1;
    const rejected = [];
    for (const [index, tag] of candidates.split("\n").entries()) {
      const { number, reason } = rank(tag, prefix);
      // Of equals the last one wins: the contract asks for that.
      if (number >= greatest) [greatest, chosen] = [number, index];
      if (reason && context.explain) rejected.push({ index, reason });
    }
    return { chosen, rejected };
  },
};
