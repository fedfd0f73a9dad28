package age

import (
	"strings"
	"testing"
	"time"
)

const now = 1_000_000

// seen answers that each image was first seen so many hours ago, and counts.
func seen(asked *int, hours ...uint64) Lookup {
	return func(index uint32) *Image {
		*asked++
		return &Image{FirstSeen: Moment{now - hours[index]*3600, true}}
	}
}

func TestTheGreatestThatIsOldEnoughWinsAndNoMoreIsAsked(t *testing.T) {
	asked := 0
	settings := Settings{Minimum: 24 * time.Hour}
	choice := Choose(settings, "1.10.0\n1.8.0\n1.9.0\nlatest", now, seen(&asked, 1, 100, 25, 100))
	if !choice.Found || choice.Index != 2 || asked != 2 {
		t.Errorf("chose %+v after %d questions", choice, asked)
	}
	if first := choice.Rejected[0]; first.Index != 0 || first.Reason != "was first seen 1h0m0s ago, and must be 24h0m0s old" {
		t.Errorf("rejected %+v", choice.Rejected)
	}
}

func TestOfEqualsTheLastWins(t *testing.T) {
	asked := 0
	if choice := Choose(Settings{}, "1.2\n1.2.0", now, seen(&asked, 0, 0)); choice.Index != 1 {
		t.Errorf("chose %+v", choice)
	}
}

func TestWhatIsNotKnownIsNotOldEnough(t *testing.T) {
	images := []*Image{{FirstSeen: Moment{0, true}}, nil, {Created: Moment{now + 1, true}}}
	settings := Settings{Minimum: time.Second, ByCreation: true}
	choice := Choose(settings, "1\n2\n3", now, func(index uint32) *Image { return images[index] })
	reasons := []string{"nothing says when it was created", "has no image", "was created 0s ago, and must be 1s old"}
	for at, reason := range reasons {
		if choice.Found || choice.Rejected[at].Reason != reason {
			t.Errorf("%+v", choice)
		}
	}
}

func TestSettingsAreReadOrRefused(t *testing.T) {
	if settings, err := Read(`{"minimumAge": "7d"}`); err != nil || settings.Minimum != 168*time.Hour {
		t.Errorf("%+v, %v", settings, err)
	}
	for text, reason := range map[string]string{
		`{}`:                                 "must be given",
		`{"minimumAge": "-1h"}`:              "is not",
		`{"minimumAge": "99999d"}`:           "is not",
		`{"minimumAge": "1d", "by": "moon"}`: "neither",
		`{"minimumAge": "1d", "max": "2d"}`:  "unknown field",
	} {
		if _, err := Read(text); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
