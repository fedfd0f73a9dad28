// Tests of the code, natively; README.md says how to run them.

#include <assert.h>

#include "../message.c"

// The bindings are for the component alone. This is all of them that the code uses.
void commit_message_string_dup(commit_message_string_t *ret, const char *said)
{
    ret->len = strlen(said);
    ret->ptr = memcpy(malloc(ret->len + 1), said, ret->len + 1);
}

static commit_message_string_t given(const char *text)
{
    commit_message_string_t string;
    commit_message_string_dup(&string, text);
    return string;
}

static bool says(commit_message_string_t said, const char *text)
{
    return said.len == strlen(text) && memcmp(said.ptr, text, said.len) == 0;
}

static void writes_a_line_a_change(void)
{
    commit_message_string_t settings = given("{\"prefix\": \"chore\"}"), message;
    exports_tagwarden_policy_message_change_t change = {
        .file = given("a.yaml"), .old_value = given("a:1"), .new_value = given("a:2")};
    exports_tagwarden_policy_message_input_t input = {.changes = {&change, 1}};
    exports_tagwarden_policy_message_error_t error;
    assert(exports_tagwarden_policy_message_render(&settings, &input, &message, &error));
    assert(says(message, "chore: update 1 value\n\n- a.yaml: a:1 -> a:2\n"));
}

static void a_prefix_is_needed(void)
{
    commit_message_string_t settings = given("{}"), refused;
    assert(!exports_tagwarden_policy_message_validate(&settings, &refused));
    assert(says(refused, "prefix must be a text"));
}

int main(void)
{
    writes_a_line_a_change();
    a_prefix_is_needed();
    puts("2 tests passed");
}
