package dinoevents

import (
	"strconv"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
)

// filledQueue is a queue of events, known by their texts.
type filledQueue struct {
	*eventQueue
	ended   map[string]Result
	entries map[string]*entry
}

func newFilledQueue(ordered bool, to ...[]int64) *filledQueue {
	q := &filledQueue{newEventQueue(testRules(&testClock{}), ordered), map[string]Result{}, map[string]*entry{}}
	for i, recipients := range to {
		q.put(strconv.Itoa(i), recipients, 30)
	}
	return q
}

func (q *filledQueue) put(text string, to []int64, deadline float64) {
	q.add(message(text, to), at(deadline), func(result Result) { q.ended[text] = result })
}

func (q *filledQueue) takeAt(seconds float64, count, size int) []string {
	var texts []string
	for _, one := range q.take(at(seconds), count, size) {
		text := textOf(one.attempts.request)
		texts = append(texts, text)
		q.entries[text] = one
	}
	return texts
}

func (q *filledQueue) takeAll() []string { return q.takeAt(0, 100, 1e6) }

func (q *filledQueue) succeed(text string) { q.succeeded(q.entries[text], &Delivery{}) }

func (q *filledQueue) fail(text string, f *failure, decided time.Duration) {
	q.failed(q.entries[text], f, at(0), 0, decided)
}

func TestEventsForDifferentUsersAreSentTogether(t *testing.T) {
	wantSlice(t, "taken", newFilledQueue(true, users(1, 1), users(2, 2), users(3, 3)).takeAll(), []string{"0", "1", "2"})
}

func TestAnEventWaitsForTheOneBeforeItForTheSameUser(t *testing.T) {
	q := newFilledQueue(true, users(1, 1), users(1, 2), users(2, 2), users(3, 3))

	wantSlice(t, "at first", q.takeAll(), []string{"0", "3"})
	q.succeed("0")
	wantSlice(t, "then", q.takeAll(), []string{"1"})
	q.succeed("1")
	wantSlice(t, "in the end", q.takeAll(), []string{"2"})
}

func TestAnEventWaitsWhileTheOneBeforeItIsToBeRepeated(t *testing.T) {
	q := newFilledQueue(true, users(1, 1), users(1, 1))
	q.takeAll()
	q.fail("0", unavailable(), undecided)

	wantSlice(t, "at once", q.takeAll(), nil)
	wantEqual(t, "next time", q.nextTime(), at(0.1))
	wantSlice(t, "later", q.takeAt(0.1, 100, 1e6), []string{"0"})
	q.succeed("0")
	wantSlice(t, "then", q.takeAt(0.1, 100, 1e6), []string{"1"})
}

func TestTheNextEventGoesOnWhenTheOneBeforeItIsGivenUp(t *testing.T) {
	q := newFilledQueue(true, users(1, 1), users(1, 1))
	q.takeAll()
	q.fail("0", failedWith(codes.InvalidArgument, ReasonInvalidField), undecided)

	wantEqual(t, "reason", q.ended["0"].Err.Reason, ReasonInvalidField)
	wantSlice(t, "taken", q.takeAll(), []string{"1"})
}

func TestWhatABrokenStreamLeftIsSentAgainInOrder(t *testing.T) {
	q := newFilledQueue(true, users(1, 1), users(2, 2), users(3, 3))
	q.takeAll()
	q.put("3", users(4, 4), 30)
	for _, text := range []string{"2", "0", "1"} {
		q.fail(text, unavailable(), 100*time.Millisecond)
	}
	wantSlice(t, "taken", q.takeAll(), []string{"0", "1", "2", "3"})
}

func TestAUserHasTheTopicOfTheSameNumber(t *testing.T) {
	q := newFilledQueue(true, users(42, 42))
	custom := NewEvent(Custom{EventType: "poll", GroupID: testGroup, Topics: []string{"42"}})
	q.add(custom, at(30), func(Result) {})

	wantEqual(t, "taken", len(q.take(at(0), 9, 1e6)), 1)
}

func TestWithoutOrderEverythingIsSentAtOnce(t *testing.T) {
	wantSlice(t, "taken", newFilledQueue(false, users(1, 1), users(1, 1)).takeAll(), []string{"0", "1"})
}

func TestNoMoreIsTakenThanThereIsRoomFor(t *testing.T) {
	q := newFilledQueue(true, users(1, 1), users(2, 2), users(3, 3), users(4, 4))

	wantSlice(t, "one", q.takeAt(0, 1, 1e6), []string{"0"})
	wantSlice(t, "one always goes", q.takeAt(0, 9, 1), []string{"1"})
	wantSlice(t, "the rest", q.takeAll(), []string{"2", "3"})
}

func TestAnEventEndsAtItsDeadlineSentOrNot(t *testing.T) {
	q := newFilledQueue(true)
	q.put("sent", users(1, 1), 5)
	q.put("waiting", users(1, 1), 5)
	wantEqual(t, "deadline", q.nextDeadline(), at(5))
	q.takeAll()
	q.expire(at(5))

	for text, maybe := range map[string]bool{"sent": true, "waiting": false} {
		err := q.ended[text].Err
		wantEqual(t, text, err.Code, codes.DeadlineExceeded)
		wantEqual(t, text+" maybe published", err.MaybePublished, maybe)
		wantEqual(t, text+" retryable", err.Retryable, true)
	}
	wantEqual(t, "open", q.len(), 0)
	wantEqual(t, "nothing to do", q.nextTime().IsZero(), true)
}

func TestAnEventThatHasEndedIsLetGo(t *testing.T) {
	q := newFilledQueue(true, users(1, 1))
	q.put("delayed", users(2, 2), 20)
	q.takeAll()
	q.fail("delayed", unavailable(), undecided)
	for i := range 10_000 {
		text := strconv.Itoa(i + 1)
		q.put(text, users(3, 3), 30)
		q.takeAll()
		q.succeed(text)
	}
	q.expire(at(20))

	wantEqual(t, "open", q.len(), 1)
	for _, heap := range []entryHeap{q.ready, q.delayed, q.deadlines} {
		for _, one := range heap.entries {
			isOpen := q.open[one.number] == one
			if holds := one.attempts != nil || one.lanes != nil || one.followers != nil || one.onEnd != nil; holds != isOpen {
				t.Fatalf("entry %d holds what it was made of: %t", one.number, holds)
			}
		}
	}
}

func TestAnEventWithTooManyRecipientsHasOneResult(t *testing.T) {
	q := newFilledQueue(true, users(1, 25_000))
	taken := q.take(at(0), 100, 1e9)
	for _, one := range taken {
		q.succeeded(one, &Delivery{RecipientCount: one.number + 1})
	}
	wantEqual(t, "parts", len(taken), 3)
	wantEqual(t, "recipients", q.ended["0"].Delivery.RecipientCount, 1+2+3)
}

func TestAllEndWithWhatEndedTheStream(t *testing.T) {
	for _, retryable := range []bool{true, false} {
		q := newFilledQueue(true, users(1, 1), users(1, 1))
		q.takeAll()
		q.endAll(failedWith(codes.Canceled, ""), retryable)
		wantEqual(t, "retryable", q.ended["0"].Err.Retryable, retryable)
		wantEqual(t, "what was sent may have been published", q.ended["0"].Err.MaybePublished, true)
		wantEqual(t, "what was not sent was not published", q.ended["1"].Err.MaybePublished, false)
	}
}

func TestAnEventThatCannotBeEncodedFailsAlone(t *testing.T) {
	q := newFilledQueue(true)
	q.put("a\xff", users(1, 1), 30)

	wantEqual(t, "open", q.len(), 0)
	wantEqual(t, "reason", q.ended["a\xff"].Err.Reason, ReasonInvalidField)
	wantEqual(t, "retryable", q.ended["a\xff"].Err.Retryable, false)
}
