package message

import (
	"strings"
	"testing"

	contract "plugin-name/internal/bindings/tagwarden_policy_message"
)

func TestWritesALineAChange(t *testing.T) {
	change := contract.Change{File: "a.yaml", OldValue: "a:1", NewValue: "a:2"}
	answer := Render(`{"prefix": "chore"}`, contract.Input{Changes: []contract.Change{change}})
	if text := answer.Ok(); text != "chore: update 1 value\n\n- a.yaml: a:1 -> a:2\n" {
		t.Errorf("wrote %q", text)
	}
}

func TestAPrefixIsNeeded(t *testing.T) {
	if refused := Validate("{}").Err(); !strings.Contains(refused, "prefix") {
		t.Errorf("refused with %q", refused)
	}
}
