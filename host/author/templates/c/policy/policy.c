// Chooses the greatest build number behind a prefix.
//
// Nothing is freed: the sandbox goes with the call.

#include <stdint.h>
#include <stdlib.h>

#include "tag_policy.h"
#include "json.h"

static const char *const SCHEMA =
    "{\"type\": \"object\", \"required\": [\"prefix\"], \"properties\": {"
    "\"prefix\": {\"type\": \"string\", \"description\": \"What a tag starts with; the rest of it is its number.\"}}}";

void exports_tagwarden_policy_policy_describe(exports_tagwarden_policy_policy_description_t *ret)
{
    tag_policy_string_dup(&ret->name, "plugin-name");
    tag_policy_string_dup(&ret->version, "0.1.0");
    tag_policy_string_dup(&ret->summary, "PLUGIN-SUMMARY");
    tag_policy_string_dup(&ret->settings_schema, SCHEMA);
}

static bool read_settings(tag_policy_string_t *settings, text *prefix, tag_policy_string_t *err)
{
    const text json = {(const char *)settings->ptr, settings->len};
    if (json_text(json, "prefix", prefix)) return true;
    tag_policy_string_dup(err, "prefix must be a text");
    return false;
}

bool exports_tagwarden_policy_policy_validate(tag_policy_string_t *settings, tag_policy_string_t *err)
{
    text prefix;
    return read_settings(settings, &prefix, err);
}

/// A tag's number, or what to say of the prefix where it has none.
static const char *rank(text tag, text prefix, uint64_t *number)
{
    if (tag.len < prefix.len || memcmp(tag.ptr, prefix.ptr, prefix.len) != 0) {
        return "does not start with ";
    }
    // Eighteen digits always fit.
    if (tag.len == prefix.len || tag.len - prefix.len > 18) return "has no number after ";
    *number = 0;
    for (size_t i = prefix.len; i < tag.len; i++) {
        if (tag.ptr[i] < '0' || tag.ptr[i] > '9') return "has no number after ";
        *number = *number * 10 + (uint64_t)(tag.ptr[i] - '0');
    }
    return NULL;
}

static tag_policy_string_t reason(const char *why, text prefix)
{
    const size_t len = strlen(why);
    tag_policy_string_t said = {malloc(len + prefix.len), len + prefix.len};
    memcpy(said.ptr, why, len);
    memcpy(said.ptr + len, prefix.ptr, prefix.len);
    return said;
}

bool exports_tagwarden_policy_policy_select(
    tag_policy_string_t *settings,
    tag_policy_string_t *candidates,
    exports_tagwarden_policy_policy_context_t *ctx,
    exports_tagwarden_policy_policy_selection_t *ret,
    exports_tagwarden_policy_policy_error_t *err)
{
    text prefix;
    err->tag = TAGWARDEN_POLICY_TYPES_ERROR_INVALID_SETTINGS;
    if (!read_settings(settings, &prefix, &err->val.invalid_settings)) return false;

    memset(ret, 0, sizeof *ret);
    const char *at = (const char *)candidates->ptr, *end = at + candidates->len;
    uint64_t number, greatest = 0;
    for (uint32_t index = 0; at <= end; index++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const text tag = {at, (size_t)((stop ? stop : end) - at)};
        at = tag.ptr + tag.len + 1;
        const char *why = rank(tag, prefix, &number);
        // Of equals the last one wins: the contract asks for that.
        if (!why && (number >= greatest || !ret->chosen.is_some)) {
            greatest = number;
            ret->chosen.is_some = true;
            ret->chosen.val = index;
        }
        if (why && ctx->explain) {
            const size_t count = ++ret->rejected.len;
            ret->rejected.ptr = realloc(ret->rejected.ptr, count * sizeof *ret->rejected.ptr);
            ret->rejected.ptr[count - 1].index = index;
            ret->rejected.ptr[count - 1].reason = reason(why, prefix);
        }
    }
    return true;
}
