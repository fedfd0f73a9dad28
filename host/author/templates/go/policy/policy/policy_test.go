package policy

import (
	"strings"
	"testing"

	contract "plugin-name/internal/bindings/tagwarden_policy_policy"
)

func TestTheGreatestNumberWins(t *testing.T) {
	answer := Select(`{"prefix": "build-"}`, "build-10\nbuild-9\nlatest", contract.Context{Explain: true})
	selection := answer.Ok()
	if chosen := selection.Chosen.Some(); chosen != 0 {
		t.Errorf("chose candidate %d", chosen)
	}
	if reason := selection.Rejected[0].Reason; reason != "does not start with build-" {
		t.Errorf("rejected because it %s", reason)
	}
}

func TestAPrefixIsNeeded(t *testing.T) {
	if refused := Validate("{}").Err(); !strings.Contains(refused, "prefix") {
		t.Errorf("refused with %q", refused)
	}
}
