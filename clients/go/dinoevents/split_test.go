package dinoevents

import (
	"slices"
	"strings"
	"testing"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"google.golang.org/grpc/codes"
)

func keysOf(parts []part) []string {
	var keys []string
	for _, one := range parts {
		keys = append(keys, one.event.request.GetOptions().GetIdempotencyKey())
	}
	return keys
}

func TestAnEventThatFitsIsLeftAlone(t *testing.T) {
	for name, to := range map[string][]int64{
		"few": users(1, 10_000), "repeated ones count once": slices.Concat(users(1, 10_000), users(1, 10_000)),
	} {
		event := message("a", to)
		if parts := split(event, 10_000); len(parts) != 1 || parts[0].event != event {
			t.Errorf("%s: %d parts", name, len(parts))
		}
	}
}

func TestPartsHaveDerivedKeysAndAllRecipientsInOrder(t *testing.T) {
	parts := split(message("a", users(1, 25_000), WithKey("k")), 10_000)

	wantSlice(t, "keys", keysOf(parts), []string{"k/0", "k/1", "k/2"})
	var to []int64
	for _, one := range parts {
		to = append(to, one.event.request.GetUserIds()...)
	}
	wantSlice(t, "recipients", to, users(1, 25_000))
}

func TestOverlaysGoWithTheirRecipients(t *testing.T) {
	parts := split(NewEvent(Custom{
		EventType: "poll", GroupID: testGroup, To: users(1, 3),
		Overlays: map[int64]map[string]any{1: {"a": 1}, 3: {"a": 3}},
	}), 2)

	for i, user := range []int64{1, 3} {
		overlays := parts[i].event.request.(*eventsv1.PublishCustomRequest).GetOverlays()
		if len(overlays) != 1 || overlays[user] == nil {
			t.Errorf("part %d: %v", i, overlays)
		}
	}
}

func TestTopicsAreSplitToo(t *testing.T) {
	parts := split(NewEvent(Custom{EventType: "poll", GroupID: testGroup, Topics: []string{"a", "b", "c"}}), 2)

	wantSlice(t, "first", parts[0].event.request.(*eventsv1.PublishCustomRequest).GetTopics(), []string{"a", "b"})
	wantSlice(t, "second", parts[1].event.request.(*eventsv1.PublishCustomRequest).GetTopics(), []string{"c"})
}

// outcomesOf are those of parts of which one fails.
func outcomesOf(parts []part, failing int) []*Result {
	outcomes := make([]*Result, len(parts))
	for i, one := range parts[:failing] {
		count := len(one.event.request.GetUserIds())
		id := "id of " + one.event.request.GetOptions().GetIdempotencyKey()
		outcomes[i] = &Result{Delivery: &Delivery{
			EventID: id, EventIDs: []string{id}, RecipientCount: count, AcknowledgedCount: count,
		}}
	}
	if failing < len(parts) {
		attempts := newAttempts(parts[failing].event, testRules(&testClock{}), at(30))
		_, err := attempts.fail(failedWith(codes.FailedPrecondition, ReasonBrokerLimit).withToken("t", 7), 0)
		outcomes[failing] = &Result{Err: err}
	}
	return outcomes
}

func TestTheOutcomeIsOne(t *testing.T) {
	event := message("a", users(1, 25_000), WithKey("k"))
	delivery := combined(event, 10_000, outcomesOf(split(event, 10_000), 3)).Delivery

	wantEqual(t, "recipients", delivery.RecipientCount, 25_000)
	wantEqual(t, "acknowledged", delivery.AcknowledgedCount, 25_000)
	wantSlice(t, "IDs", delivery.EventIDs, []string{"id of k/0", "id of k/1", "id of k/2"})
	wantEqual(t, "ID", delivery.EventID, "")
}

func TestAFailedCallGoesOnWhereItEnded(t *testing.T) {
	event := message("a", users(1, 25_000), WithKey("k"))
	err := combined(event, 10_000, outcomesOf(split(event, 10_000), 1)).Err
	wantEqual(t, "key", err.Key, "k")
	wantEqual(t, "recipients", err.RecipientCount, 25_000)
	wantEqual(t, "acknowledged", err.AcknowledgedCount, 10_007)
	wantEqual(t, "maybe published", err.MaybePublished, true)
	wantEqual(t, "retryable", err.Retryable, false)

	again := split(message("a", users(1, 25_000), WithKey(err.Key), WithResumeToken(err.ResumeToken)), 10_000)
	wantEqual(t, "what is complete", again[0].delivery.EventID, "id of k/0")
	wantEqual(t, "token", string(again[1].event.request.GetOptions().GetResumeToken()), "t")
	wantEqual(t, "token of what was not begun", len(again[2].event.request.GetOptions().GetResumeToken()), 0)
}

func TestAPartThatWasNotBegunKeepsItsToken(t *testing.T) {
	ended := func(text string) *Result { return &Result{Err: &Error{Key: "k/0", ResumeToken: []byte(text)}} }
	event := message("a", users(1, 6), WithKey("k"))
	token := combined(event, 2, []*Result{ended("t0"), ended("t1"), ended("t2")}).Err.ResumeToken
	event = message("a", users(1, 6), WithKey("k"), WithResumeToken(token))
	token = combined(event, 2, []*Result{ended("new"), nil, nil}).Err.ResumeToken

	var tokens []string
	for _, one := range split(message("a", users(1, 6), WithKey("k"), WithResumeToken(token)), 2) {
		tokens = append(tokens, string(one.event.request.GetOptions().GetResumeToken()))
	}
	wantSlice(t, "tokens", tokens, []string{"new", "t1", "t2"})
}

func TestATokenOfOtherRecipientsSkipsNobody(t *testing.T) {
	event := message("a", users(1, 20_000), WithKey("k"))
	err := combined(event, 10_000, outcomesOf(split(event, 10_000), 1)).Err
	for _, one := range split(message("a", users(2, 20_001), WithKey("k"), WithResumeToken(err.ResumeToken)), 10_000) {
		if one.delivery != nil {
			t.Error("a part was skipped")
		}
	}
}

func TestATokenThatIsNoneOfOursBelongsToNoPart(t *testing.T) {
	for _, token := range []string{"x", tokensPrefix, tokensPrefix + "\x00\x00\x00\x09a", tokensPrefix + strings.Repeat("\xff", 9)} {
		for _, one := range split(message("a", users(1, 20), WithResumeToken([]byte(token))), 10) {
			wantEqual(t, "token", len(one.event.request.GetOptions().GetResumeToken()), 0)
		}
	}
}

// The packages in other languages must read it: this is what the one in Python makes.
func TestTheTokenIsTheSameInAllLanguages(t *testing.T) {
	event := message("a", users(1, 4), WithKey("k"))
	outcomes := []*Result{
		{Delivery: &Delivery{EventID: "id"}}, {Err: &Error{Key: "k/1", ResumeToken: []byte("t")}},
	}
	want := tokensPrefix + "\x00\x00\x00\x16done" + "\xb5\x98\xb3\xa6\x2a\x3f\x7c\xed\xb1\x7e\x66\xd1\xcb\x31\xd5\x3d" + "id\x00\x00\x00\x01t"
	wantEqual(t, "token", string(combined(event, 2, outcomes).Err.ResumeToken), want)
}
