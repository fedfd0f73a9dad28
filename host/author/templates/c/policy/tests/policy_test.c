// Tests of the code, natively; README.md says how to run them.

#include <assert.h>
#include <stdio.h>

#include "../policy.c"

// The bindings are for the component alone. This is all of them that the code uses.
void tag_policy_string_dup(tag_policy_string_t *ret, const char *said)
{
    ret->len = strlen(said);
    ret->ptr = memcpy(malloc(ret->len + 1), said, ret->len + 1);
}

static tag_policy_string_t given(const char *text)
{
    tag_policy_string_t string;
    tag_policy_string_dup(&string, text);
    return string;
}

static bool says(tag_policy_string_t said, const char *text)
{
    return said.len == strlen(text) && memcmp(said.ptr, text, said.len) == 0;
}

static void the_greatest_number_wins(void)
{
    tag_policy_string_t settings = given("{\"prefix\": \"build-\"}");
    tag_policy_string_t candidates = given("build-10\nbuild-9\nlatest");
    exports_tagwarden_policy_policy_context_t context = {.explain = true};
    exports_tagwarden_policy_policy_selection_t selection;
    exports_tagwarden_policy_policy_error_t error;
    assert(exports_tagwarden_policy_policy_select(&settings, &candidates, &context, &selection, &error));
    assert(selection.chosen.is_some && selection.chosen.val == 0);
    assert(selection.rejected.len == 1 && selection.rejected.ptr[0].index == 2);
    assert(says(selection.rejected.ptr[0].reason, "does not start with build-"));
}

static void a_prefix_is_needed(void)
{
    tag_policy_string_t settings = given("{}"), refused;
    assert(!exports_tagwarden_policy_policy_validate(&settings, &refused));
    assert(says(refused, "prefix must be a text"));
}

int main(void)
{
    the_greatest_number_wins();
    a_prefix_is_needed();
    puts("2 tests passed");
}
