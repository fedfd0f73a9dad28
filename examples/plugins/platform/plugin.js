// Keeps the tags of one platform, told by their suffix, compared without it.

const ARCHITECTURES = ["386", "amd64", "arm", "arm64", "ppc64le", "riscv64", "s390x"];
const SUFFIX = new RegExp(`^(.+?)-(?:(linux|windows)-)?(${ARCHITECTURES.join("|")})(?:-?(v\\d))?$`);

const schema = {
  type: "object",
  properties: {
    platform: {
      type: "string",
      pattern: "^(linux|windows)/[a-z0-9]+(/v[0-9])?$",
      description: "The platform, e.g. linux/arm64 or linux/arm/v7.",
    },
    untagged: {
      type: "boolean",
      default: false,
      description: "Keep tags that name no platform, too.",
    },
  },
  required: ["platform"],
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
  const { platform, untagged = false } = given ?? {};
  const [os, architecture, variant] = String(platform).split("/");
  if (!["linux", "windows"].includes(os) || !ARCHITECTURES.includes(architecture)) {
    throw refuse(`platform must be one like linux/arm64, and ${platform} is none`);
  }
  return { os, architecture, variant, untagged };
}

/** What a tag says of its platform; nothing where it says nothing. */
export function told(tag) {
  const match = SUFFIX.exec(tag);
  if (!match) return undefined;
  const [, key, os = "linux", architecture, variant] = match;
  return { key, os, architecture, variant };
}

const invalidSettings = (val) => ({ tag: "invalid-settings", val });

/** The interface that wit/filter.wit describes. Errors are thrown. */
export const filter = {
  describe() {
    return {
      name: "platform",
      version: "0.1.0",
      summary: "Keeps the tags of one platform, told by their suffix.",
      settingsSchema: JSON.stringify(schema),
    };
  },

  validate(settings) {
    read(settings, (reason) => reason);
  },

  apply(settings, tags, context) {
    const wanted = read(settings, invalidSettings);
    const kept = [];
    const keys = [];
    const rejected = [];
    for (const [index, tag] of tags.split("\n").entries()) {
      const found = told(tag);
      // A variant counts only where both name one: arm64 is arm64/v8.
      const fits = found
        ? found.os === wanted.os &&
          found.architecture === wanted.architecture &&
          (!found.variant || !wanted.variant || found.variant === wanted.variant)
        : wanted.untagged;
      if (fits) {
        kept.push(index);
        keys.push(found?.key ?? tag);
      } else if (context.explain) {
        const reason = found ? `is for ${found.os}/${found.architecture}` : "names no platform";
        rejected.push({ index, reason });
      }
    }
    return { kept, keys: keys.join("\n"), rejected };
  },
};
