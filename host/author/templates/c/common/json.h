// One text out of flat settings such as {"prefix": "build-"}: enough for a policy
// with plain settings. One with more takes a JSON library.
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct {
    const char *ptr;
    size_t len;
} text;

static inline const char *skip_space(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')) at++;
    return at;
}

/// The text under `key`; false where there is none, or one with escapes.
static inline bool json_text(text json, const char *key, text *value)
{
    const size_t len = strlen(key);
    const char *end = json.ptr + json.len;
    for (const char *at = json.ptr; at + len + 2 < end; at++) {
        if (*at != '"' || at[len + 1] != '"' || memcmp(at + 1, key, len) != 0) continue;
        const char *next = skip_space(at + len + 2, end);
        if (next == end || *next != ':') continue;
        next = skip_space(next + 1, end);
        if (next == end || *next != '"') return false;
        value->ptr = ++next;
        while (next < end && *next != '"' && *next != '\\') next++;
        value->len = (size_t)(next - value->ptr);
        return next < end && *next == '"';
    }
    return false;
}

#endif
