// Writes a subject with a prefix, and a line a change.

const schema = {
  type: "object",
  properties: {
    prefix: { type: "string", description: "What the subject starts with." },
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

/** The interface that wit/message.wit describes. Errors are thrown. */
export const message = {
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

  render(settings, { changes }) {
    const { prefix } = read(settings, invalidSettings);
    const values = changes.length === 1 ? "value" : "values";
    const lines = changes.map(({ file, oldValue, newValue }) => `- ${file}: ${oldValue} -> ${newValue}`);
    return [`${prefix}: update ${changes.length} ${values}`, "", ...lines, ""].join("\n");
  },
};
