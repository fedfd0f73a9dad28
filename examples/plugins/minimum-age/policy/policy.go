// Package policy is what the component exports: package age, in the contract's types.
package policy

import (
	"minimum-age/age"
	metadata "minimum-age/internal/bindings/tagwarden_policy_metadata"
	contract "minimum-age/internal/bindings/tagwarden_policy_policy"
	shared "minimum-age/internal/bindings/tagwarden_policy_types"
	wit "minimum-age/internal/wit/types"
)

// Describe says what this plugin is.
func Describe() contract.Description {
	return contract.Description{
		Name:           "minimum-age",
		Version:        "0.1.0",
		Summary:        "Chooses the greatest version that has been out for some time.",
		SettingsSchema: age.Schema,
	}
}

// Validate checks settings before they are used.
func Validate(text string) wit.Result[wit.Unit, string] {
	if _, err := age.Read(text); err != nil {
		return wit.Err[wit.Unit](err.Error())
	}
	return wit.Ok[wit.Unit, string](wit.Unit{})
}

// Select chooses among candidates, one a line.
func Select(text, candidates string, context contract.Context) wit.Result[contract.Selection, contract.Error] {
	settings, err := age.Read(text)
	if err != nil {
		return wit.Err[contract.Selection](shared.MakeErrorInvalidSettings(err.Error()))
	}
	choice := age.Choose(settings, candidates, context.Now, lookup)
	selection := contract.Selection{Chosen: wit.None[uint32]()}
	if choice.Found {
		selection.Chosen = wit.Some(choice.Index)
	}
	if context.Explain {
		for _, rejected := range choice.Rejected {
			rejection := contract.Rejection{Index: rejected.Index, Reason: rejected.Reason}
			selection.Rejected = append(selection.Rejected, rejection)
		}
	}
	return wit.Ok[contract.Selection, contract.Error](selection)
}

// lookup asks the host.
func lookup(index uint32) *age.Image {
	found := metadata.Lookup(index)
	if !found.IsSome() {
		return nil
	}
	image := found.Some()
	return &age.Image{Created: moment(image.Created), FirstSeen: moment(image.FirstSeen)}
}

func moment(seconds wit.Option[uint64]) age.Moment {
	return age.Moment{Seconds: seconds.SomeOr(0), Known: seconds.IsSome()}
}
