// Chooses the last tag in natural order: digits compare as numbers, all else as bytes.
//
// Nothing is freed: the sandbox goes with the call.

#include <string.h>

#include "tag_policy.h"

void exports_tagwarden_policy_policy_describe(exports_tagwarden_policy_policy_description_t *ret)
{
    tag_policy_string_dup(&ret->name, "natural-order");
    tag_policy_string_dup(&ret->version, "0.1.0");
    tag_policy_string_dup(&ret->summary, "Chooses the last tag in natural order.");
    tag_policy_string_dup(&ret->settings_schema,
        "{\"type\": \"object\", \"additionalProperties\": false}");
}

bool exports_tagwarden_policy_policy_validate(tag_policy_string_t *settings, tag_policy_string_t *err)
{
    // There are no settings: an object without members, however it is spaced.
    const char *members = "{}";
    for (size_t i = 0; i < settings->len; i++) {
        const char c = (char)settings->ptr[i];
        if (c == *members && *members) members++;
        else if (!strchr(" \t\r\n", c) || !c) break;
    }
    if (!*members) return true;
    tag_policy_string_dup(err, "there are no settings: write {}");
    return false;
}

static bool is_digit(const uint8_t *at, const uint8_t *end)
{
    return at < end && *at >= '0' && *at <= '9';
}

/// Skips digits; leading zeros do not count.
static size_t number(const uint8_t **at, const uint8_t *end)
{
    while (is_digit(*at, end) && **at == '0') ++*at;
    size_t digits = 0;
    while (is_digit(*at + digits, end)) digits++;
    return digits;
}

/// Less than zero, zero or more, as memcmp.
static int compare(const uint8_t *a, const uint8_t *a_end, const uint8_t *b, const uint8_t *b_end)
{
    while (a < a_end && b < b_end) {
        if (is_digit(a, a_end) && is_digit(b, b_end)) {
            const size_t a_len = number(&a, a_end), b_len = number(&b, b_end);
            if (a_len != b_len) return a_len < b_len ? -1 : 1;
            const int order = memcmp(a, b, a_len);
            if (order != 0) return order;
            a += a_len;
            b += b_len;
        } else if (*a != *b) {
            return *a < *b ? -1 : 1;
        } else {
            a++;
            b++;
        }
    }
    return (a < a_end) - (b < b_end);
}

bool exports_tagwarden_policy_policy_select(
    tag_policy_string_t *settings,
    tag_policy_string_t *candidates,
    exports_tagwarden_policy_policy_context_t *ctx,
    exports_tagwarden_policy_policy_selection_t *ret,
    exports_tagwarden_policy_policy_error_t *err)
{
    memset(ret, 0, sizeof *ret);
    ret->chosen.is_some = true;
    const uint8_t *at = candidates->ptr, *end = at + candidates->len;
    const uint8_t *best = at, *best_end = at;
    for (uint32_t index = 0; at <= end; index++) {
        const uint8_t *stop = memchr(at, '\n', (size_t)(end - at));
        if (!stop) stop = end;
        // Of equals the last one wins: the contract asks for that.
        if (index == 0 || compare(at, stop, best, best_end) >= 0) {
            best = at;
            best_end = stop;
            ret->chosen.val = index;
        }
        at = stop + 1;
    }
    return true;
}
