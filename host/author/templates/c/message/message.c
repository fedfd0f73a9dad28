// Writes a subject with a prefix, and a line a change.
//
// Nothing is freed: the sandbox goes with the call.

#include <stdio.h>
#include <stdlib.h>

#include "commit_message.h"
#include "json.h"

static const char *const SCHEMA =
    "{\"type\": \"object\", \"required\": [\"prefix\"], \"properties\": {"
    "\"prefix\": {\"type\": \"string\", \"description\": \"What the subject starts with.\"}}}";

void exports_tagwarden_policy_message_describe(exports_tagwarden_policy_message_description_t *ret)
{
    commit_message_string_dup(&ret->name, "plugin-name");
    commit_message_string_dup(&ret->version, "0.1.0");
    commit_message_string_dup(&ret->summary, "PLUGIN-SUMMARY");
    commit_message_string_dup(&ret->settings_schema, SCHEMA);
}

static bool read_settings(commit_message_string_t *settings, text *prefix, commit_message_string_t *err)
{
    const text json = {(const char *)settings->ptr, settings->len};
    if (json_text(json, "prefix", prefix)) return true;
    commit_message_string_dup(err, "prefix must be a text");
    return false;
}

bool exports_tagwarden_policy_message_validate(commit_message_string_t *settings, commit_message_string_t *err)
{
    text prefix;
    return read_settings(settings, &prefix, err);
}

static void append(commit_message_string_t *message, const void *bytes, size_t len)
{
    message->ptr = realloc(message->ptr, message->len + len);
    memcpy(message->ptr + message->len, bytes, len);
    message->len += len;
}

static void append_text(commit_message_string_t *message, const char *said)
{
    append(message, said, strlen(said));
}

bool exports_tagwarden_policy_message_render(
    commit_message_string_t *settings,
    exports_tagwarden_policy_message_input_t *input,
    commit_message_string_t *ret,
    exports_tagwarden_policy_message_error_t *err)
{
    text prefix;
    err->tag = EXPORTS_TAGWARDEN_POLICY_MESSAGE_ERROR_INVALID_SETTINGS;
    if (!read_settings(settings, &prefix, &err->val.invalid_settings)) return false;

    char count[64];
    const size_t changes = input->changes.len;
    snprintf(count, sizeof count, ": update %zu %s\n\n", changes, changes == 1 ? "value" : "values");
    memset(ret, 0, sizeof *ret);
    append(ret, prefix.ptr, prefix.len);
    append_text(ret, count);
    for (size_t i = 0; i < changes; i++) {
        const exports_tagwarden_policy_message_change_t *change = &input->changes.ptr[i];
        append_text(ret, "- ");
        append(ret, change->file.ptr, change->file.len);
        append_text(ret, ": ");
        append(ret, change->old_value.ptr, change->old_value.len);
        append_text(ret, " -> ");
        append(ret, change->new_value.ptr, change->new_value.len);
        append_text(ret, "\n");
    }
    return true;
}
