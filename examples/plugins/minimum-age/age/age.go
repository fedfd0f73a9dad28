// Package age chooses the greatest version that is old enough. It knows nothing
// of components, so that `go test` runs it as it is.
package age

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Moment is a time in seconds since 1970, where it is known.
type Moment struct {
	Seconds uint64
	Known   bool
}

// Image is what is known of the image behind a candidate.
type Image struct {
	Created   Moment
	FirstSeen Moment
}

// Rejection is a candidate that could not be chosen, and why.
type Rejection struct {
	Index  uint32
	Reason string
}

// Choice is a decision.
type Choice struct {
	Index    uint32
	Found    bool
	Rejected []Rejection
}

// Lookup tells of the image behind a candidate; nothing where there is none.
type Lookup func(index uint32) *Image

// Choose goes from the greatest version down and asks about each image, until one
// is old enough: what ranks lower is never asked about.
func Choose(settings Settings, candidates string, now uint64, lookup Lookup) Choice {
	var choice Choice
	var versions []ranked
	var index uint32
	for candidate := range strings.SplitSeq(candidates, "\n") {
		if numbers, ok := version(candidate); ok {
			versions = append(versions, ranked{index, numbers})
		} else {
			choice.reject(index, "is no version")
		}
		index++
	}
	slices.SortFunc(versions, ranking)
	for _, candidate := range versions {
		reason := settings.objection(lookup(candidate.index), now)
		if reason == "" {
			choice.Index, choice.Found = candidate.index, true
			break
		}
		choice.reject(candidate.index, reason)
	}
	slices.SortFunc(choice.Rejected, func(a, b Rejection) int { return cmp.Compare(a.Index, b.Index) })
	return choice
}

func (c *Choice) reject(index uint32, reason string) {
	c.Rejected = append(c.Rejected, Rejection{index, reason})
}

// objection is why an image will not do; empty where it will.
func (s Settings) objection(image *Image, now uint64) string {
	if image == nil {
		return "has no image"
	}
	since, event := image.FirstSeen, "first seen"
	if s.ByCreation {
		since, event = image.Created, "created"
	}
	if !since.Known {
		return fmt.Sprintf("nothing says when it was %s", event)
	}
	// A moment yet to come, as a clock that is wrong may give, is no age at all.
	var seconds uint64
	if now > since.Seconds {
		seconds = now - since.Seconds
	}
	if seconds >= uint64(s.Minimum/time.Second) {
		return ""
	}
	age := time.Duration(seconds) * time.Second
	return fmt.Sprintf("was %s %s ago, and must be %s old", event, age, s.Minimum)
}
