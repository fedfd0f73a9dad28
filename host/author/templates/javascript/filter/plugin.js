// Keeps the tags of one variant, and has them compared without its suffix.

const schema = {
  type: "object",
  properties: {
    suffix: {
      type: "string",
      description: "What a tag ends with; the rest of it is its key.",
    },
  },
  required: ["suffix"],
};

/** The settings; throws what `refuse` makes of a reason why they will not do. */
function read(settings, refuse) {
  let given;
  try {
    given = JSON.parse(settings);
  } catch (error) {
    throw refuse(String(error));
  }
  if (typeof given?.suffix !== "string") throw refuse("suffix must be a text");
  return given;
}

const invalidSettings = (val) => ({ tag: "invalid-settings", val });

/** The interface that wit/filter.wit describes. Errors are thrown. */
export const filter = {
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

  apply(settings, tags, context) {
    const { suffix } = read(settings, invalidSettings);
    const kept = [];
    const keys = [];
    const rejected = [];
    tags.split("\n").forEach((tag, index) => {
      if (tag.endsWith(suffix)) {
        kept.push(index);
        keys.push(tag.slice(0, tag.length - suffix.length));
      } else if (context.explain) {
        rejected.push({ index, reason: `does not end with ${suffix}` });
      }
    });
    return { kept, keys: keys.join("\n"), rejected };
  },
};
