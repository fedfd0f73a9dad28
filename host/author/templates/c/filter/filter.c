// Keeps the tags of one variant, and has them compared without its suffix.
//
// Nothing is freed: the sandbox goes with the call.

#include <stdint.h>
#include <stdlib.h>

#include "tag_filter.h"
#include "json.h"

static const char *const SCHEMA =
    "{\"type\": \"object\", \"required\": [\"suffix\"], \"properties\": {"
    "\"suffix\": {\"type\": \"string\", \"description\": \"What a tag ends with; the rest of it is its key.\"}}}";

void exports_tagwarden_policy_filter_describe(exports_tagwarden_policy_filter_description_t *ret)
{
    tag_filter_string_dup(&ret->name, "plugin-name");
    tag_filter_string_dup(&ret->version, "0.1.0");
    tag_filter_string_dup(&ret->summary, "PLUGIN-SUMMARY");
    tag_filter_string_dup(&ret->settings_schema, SCHEMA);
}

static bool read_settings(tag_filter_string_t *settings, text *suffix, tag_filter_string_t *err)
{
    const text json = {(const char *)settings->ptr, settings->len};
    if (json_text(json, "suffix", suffix)) return true;
    tag_filter_string_dup(err, "suffix must be a text");
    return false;
}

bool exports_tagwarden_policy_filter_validate(tag_filter_string_t *settings, tag_filter_string_t *err)
{
    text suffix;
    return read_settings(settings, &suffix, err);
}

static bool ends_with(text tag, text suffix)
{
    return tag.len >= suffix.len
        && memcmp(tag.ptr + tag.len - suffix.len, suffix.ptr, suffix.len) == 0;
}

static tag_filter_string_t reason(text suffix)
{
    static const char why[] = "does not end with ";
    const size_t len = sizeof why - 1;
    tag_filter_string_t said = {malloc(len + suffix.len), len + suffix.len};
    memcpy(said.ptr, why, len);
    memcpy(said.ptr + len, suffix.ptr, suffix.len);
    return said;
}

bool exports_tagwarden_policy_filter_apply(
    tag_filter_string_t *settings,
    tag_filter_string_t *tags,
    exports_tagwarden_policy_filter_context_t *ctx,
    exports_tagwarden_policy_filter_filtered_t *ret,
    exports_tagwarden_policy_filter_error_t *err)
{
    text suffix;
    err->tag = TAGWARDEN_POLICY_TYPES_ERROR_INVALID_SETTINGS;
    if (!read_settings(settings, &suffix, &err->val.invalid_settings)) return false;

    memset(ret, 0, sizeof *ret);
    const char *at = (const char *)tags->ptr, *end = at + tags->len;
    // There are no more tags than bytes, and all keys together are no longer than they.
    ret->kept.ptr = malloc((tags->len + 1) * sizeof *ret->kept.ptr);
    ret->keys.is_some = true;
    ret->keys.val.ptr = malloc(tags->len + 1);
    for (uint32_t index = 0; at <= end; index++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const text tag = {at, (size_t)((stop ? stop : end) - at)};
        at = tag.ptr + tag.len + 1;
        if (ends_with(tag, suffix)) {
            if (ret->kept.len > 0) ret->keys.val.ptr[ret->keys.val.len++] = '\n';
            memcpy(ret->keys.val.ptr + ret->keys.val.len, tag.ptr, tag.len - suffix.len);
            ret->keys.val.len += tag.len - suffix.len;
            ret->kept.ptr[ret->kept.len++] = index;
        } else if (ctx->explain) {
            const size_t count = ++ret->rejected.len;
            ret->rejected.ptr = realloc(ret->rejected.ptr, count * sizeof *ret->rejected.ptr);
            ret->rejected.ptr[count - 1].index = index;
            ret->rejected.ptr[count - 1].reason = reason(suffix);
        }
    }
    return true;
}
