package dinoevents

import (
	"strconv"
	"testing"
)

// Events that fail in the place of others, which were sent with them.

func numbered(count int) []*Event {
	events := make([]*Event, count)
	for i := range events {
		events[i] = message(strconv.Itoa(i), users(int64(i)+1, int64(i)+1))
	}
	return events
}

func outcomesOfAll(results []Result) []string {
	outcomes := make([]string, len(results))
	for i, result := range results {
		outcomes[i] = outcomeOf(result)
	}
	return outcomes
}

// textsOf are the events that the server received, attempt by attempt.
func textsOf(server *scriptedServer) []string {
	server.mu.Lock()
	defer server.mu.Unlock()
	texts := make([]string, len(server.attempts))
	for i, attempt := range server.attempts {
		for _, one := range attempt {
			texts[i] += textOf(one)
		}
	}
	return texts
}

func TestAnEventThatABatchCannotHaveFailsAlone(t *testing.T) {
	for name, refused := range map[string]answer{
		"INVALID_FIELD":      {Code: "INVALID_ARGUMENT", Reason: ReasonInvalidField},
		"REQUEST_TOO_LARGE":  {Code: "INVALID_ARGUMENT", Reason: ReasonRequestTooLarge},
		"RESOURCE_EXHAUSTED": {Code: "RESOURCE_EXHAUSTED"},
	} {
		ok := answer{OK: true}
		server := startScripted(t, []answer{refused, ok, refused, refused, refused, ok})
		results, _ := newTestPublisher(t, server).PublishBatch(patient(t), numbered(6))

		wantSlice(t, "outcome", outcomesOfAll(results), []string{"OK", "OK", "OK", name, "OK", "OK"})
		wantSlice(t, "received", textsOf(server), []string{"012345", "012", "345", "34", "3", "45"})
	}
}

func TestABatchThatIsRefusedForItsCallerFailsAtOnce(t *testing.T) {
	server := startScripted(t, []answer{{Code: "PERMISSION_DENIED", Reason: ReasonCallerNotAllowed}})
	results, _ := newTestPublisher(t, server).PublishBatch(patient(t), numbered(2))

	wantSlice(t, "outcome", outcomesOfAll(results), []string{"CALLER_NOT_ALLOWED", "CALLER_NOT_ALLOWED"})
	wantEqual(t, "attempts", server.attemptCount(), 1)
}

func TestAStreamOutlivesAnEventThatEndsIt(t *testing.T) {
	for name, end := range map[string]answer{
		"INVALID_FIELD":     {Code: "INVALID_ARGUMENT", Reason: ReasonInvalidField},
		"REQUEST_TOO_LARGE": {Code: "INVALID_ARGUMENT", Reason: ReasonRequestTooLarge},
	} {
		server := startScripted(t, []answer{{isList: true, Results: []answer{{OK: true}}, After: 3, Then: &end}, {OK: true}})
		publisher := newTestPublisher(t, server)
		results := onAStream(t, publisher, numbered(4))

		wantSlice(t, "outcome", outcomesOfAll(results), []string{"OK", name, "OK", "OK"})
		wantSlice(t, "received", textsOf(server), []string{"012", "23"})
	}
}
