package filter

import (
	"slices"
	"strings"
	"testing"

	contract "plugin-name/internal/bindings/tagwarden_policy_filter"
)

func TestKeepsTheVariantAndDropsItsSuffix(t *testing.T) {
	answer := Apply(`{"suffix": "-alpine"}`, "1.2.0\n1.2.0-alpine", contract.Context{})
	filtered := answer.Ok()
	if !slices.Equal(filtered.Kept, []uint32{1}) || filtered.Keys.Some() != "1.2.0" {
		t.Errorf("kept %v as %q", filtered.Kept, filtered.Keys.Some())
	}
}

func TestASuffixIsNeeded(t *testing.T) {
	if refused := Validate("{}").Err(); !strings.Contains(refused, "suffix") {
		t.Errorf("refused with %q", refused)
	}
}
