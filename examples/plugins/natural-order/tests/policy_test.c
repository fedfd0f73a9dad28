// Tests of the code, natively: cc -I bindings tests/*.c -o tests/run && tests/run

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

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

static uint32_t chosen_of(const char *tags)
{
    tag_policy_string_t settings = given("{}"), candidates = given(tags);
    exports_tagwarden_policy_policy_context_t context = {0};
    exports_tagwarden_policy_policy_selection_t selection;
    exports_tagwarden_policy_policy_error_t error;
    assert(exports_tagwarden_policy_policy_select(&settings, &candidates, &context, &selection, &error));
    assert(selection.chosen.is_some);
    return selection.chosen.val;
}

static void digits_compare_as_numbers_of_any_length(void)
{
    assert(chosen_of("rev-10\nrev-9") == 0);
    assert(chosen_of("rev-18446744073709551616\nrev-9") == 0);
    assert(chosen_of("a1b2\na1b10\na1b9") == 1);
}

static void of_equals_the_last_wins(void)
{
    assert(chosen_of("rev-007\nrev-7") == 1);
    assert(chosen_of("rev") == 0);
}

static void there_are_no_settings(void)
{
    tag_policy_string_t none = given(" { }\n"), some = given("{\"a\": 1}"), refused;
    assert(exports_tagwarden_policy_policy_validate(&none, &refused));
    assert(!exports_tagwarden_policy_policy_validate(&some, &refused));
}

int main(void)
{
    digits_compare_as_numbers_of_any_length();
    of_equals_the_last_wins();
    there_are_no_settings();
    puts("3 tests passed");
}
