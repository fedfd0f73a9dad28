// Chooses by release channel: stable, beta or nightly.

import { CHANNELS, pick, refusal } from "./channels.js";

const schema = {
  type: "object",
  properties: {
    channel: { enum: CHANNELS, description: "The channel to follow." },
    fallback: {
      type: "boolean",
      default: true,
      description: "Take a more careful channel's tag where this one has none as new.",
    },
  },
  required: ["channel"],
  additionalProperties: false,
};

/** The settings; throws what `refuse` makes of a reason why they will not do. */
function read(settings, refuse) {
  let given;
  try {
    given = JSON.parse(settings);
  } catch (error) {
    throw refuse(String(error));
  }
  const { channel, fallback = true, ...unknown } = given ?? {};
  const [name] = Object.keys(unknown);
  if (name) throw refuse(`there is no setting ${name}`);
  if (!CHANNELS.includes(channel)) throw refuse(`channel must be one of ${CHANNELS.join(", ")}`);
  if (typeof fallback !== "boolean") throw refuse("fallback must be true or false");
  return { channel, fallback };
}

const invalidSettings = (val) => ({ tag: "invalid-settings", val });

/** The interface that wit/policy.wit describes. Errors are thrown. */
export const policy = {
  describe() {
    return {
      name: "channels",
      version: "0.1.0",
      summary: "Chooses by release channel: stable, beta or nightly.",
      settingsSchema: JSON.stringify(schema),
    };
  },

  validate(settings) {
    read(settings, (reason) => reason);
  },

  select(settings, candidates, context) {
    const { channel, fallback } = read(settings, invalidSettings);
    const tags = candidates.split("\n");
    const chosen = pick(tags, channel, fallback) ?? null;
    const rejected = [];
    if (context.explain) {
      for (const [index, tag] of tags.entries()) {
        const reason = refusal(tag, channel, fallback);
        if (reason) rejected.push({ index, reason });
      }
    }
    return { chosen, rejected };
  },
};
