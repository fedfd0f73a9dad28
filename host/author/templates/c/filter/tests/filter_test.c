// Tests of the code, natively; README.md says how to run them.

#include <assert.h>
#include <stdio.h>

#include "../filter.c"

// The bindings are for the component alone. This is all of them that the code uses.
void tag_filter_string_dup(tag_filter_string_t *ret, const char *said)
{
    ret->len = strlen(said);
    ret->ptr = memcpy(malloc(ret->len + 1), said, ret->len + 1);
}

static tag_filter_string_t given(const char *text)
{
    tag_filter_string_t string;
    tag_filter_string_dup(&string, text);
    return string;
}

static bool says(tag_filter_string_t said, const char *text)
{
    return said.len == strlen(text) && memcmp(said.ptr, text, said.len) == 0;
}

static void keeps_the_variant_and_drops_its_suffix(void)
{
    tag_filter_string_t settings = given("{\"suffix\": \"-alpine\"}");
    tag_filter_string_t tags = given("1.2.0\n1.2.0-alpine\n1.3.0-alpine");
    exports_tagwarden_policy_filter_context_t context = {.explain = true};
    exports_tagwarden_policy_filter_filtered_t filtered;
    exports_tagwarden_policy_filter_error_t error;
    assert(exports_tagwarden_policy_filter_apply(&settings, &tags, &context, &filtered, &error));
    assert(filtered.kept.len == 2 && filtered.kept.ptr[0] == 1 && filtered.kept.ptr[1] == 2);
    assert(filtered.keys.is_some && says(filtered.keys.val, "1.2.0\n1.3.0"));
    assert(filtered.rejected.len == 1 && filtered.rejected.ptr[0].index == 0);
    assert(says(filtered.rejected.ptr[0].reason, "does not end with -alpine"));
}

static void a_suffix_is_needed(void)
{
    tag_filter_string_t settings = given("{}"), refused;
    assert(!exports_tagwarden_policy_filter_validate(&settings, &refused));
    assert(says(refused, "suffix must be a text"));
}

int main(void)
{
    keeps_the_variant_and_drops_its_suffix();
    a_suffix_is_needed();
    puts("2 tests passed");
}
