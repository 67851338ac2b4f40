package dinoevents

import (
	"container/heap"
	"slices"
	"strconv"
	"time"

	"github.com/dino-bridge/dino-bridge/clients/go/internal/requests"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
)

// eventQueue holds events that wait, are sent, or are to be sent again. Of the events for one
// recipient, only the first that has not ended is sent: one that must be repeated can then not come
// behind one that was published meanwhile. It does no I/O. Not safe for concurrent use.
type eventQueue struct {
	rules     *rules
	ordered   bool
	last      map[requests.Recipient]*entry // The last entry of each lane.
	ready     entryHeap
	delayed   entryHeap
	deadlines entryHeap
	open      map[int]*entry
	added     int
}

func newEventQueue(rules *rules, ordered bool) *eventQueue {
	return &eventQueue{
		rules: rules, ordered: ordered, last: make(map[requests.Recipient]*entry), open: make(map[int]*entry),
		ready:   entryHeap{less: func(a, b *entry) bool { return a.number < b.number }},
		delayed: entryHeap{less: func(a, b *entry) bool { return a.readyAt.Before(b.readyAt) }},
		deadlines: entryHeap{less: func(a, b *entry) bool {
			return a.deadline.Before(b.deadline)
		}},
	}
}

// len is how many entries have not ended.
func (q *eventQueue) len() int { return len(q.open) }

// lanesOf are its recipients. The topic "42" is that of user 42.
func lanesOf(r requests.Request) []requests.Recipient {
	lanes := requests.Recipients(r)
	for i, lane := range lanes {
		if user, err := strconv.ParseInt(lane.Topic, 10, 64); err == nil && user > 0 {
			lanes[i] = requests.Recipient{User: user}
		}
	}
	return lanes
}

// add adds an event, in parts if it has too many recipients. onEnd is called once.
func (q *eventQueue) add(event *Event, deadline time.Time, onEnd func(Result)) {
	limit := q.rules.policy.Limits.Recipients
	if f := unwritable(event); f != nil {
		onEnd(Result{Err: newAttempts(event, q.rules, deadline).giveUp(f, false)})
		return
	}
	parts := split(event, limit)
	ends := func(int) func(Result) { return onEnd }
	if len(parts) > 1 {
		ends = gather(event, limit, len(parts), onEnd)
	}
	for index, part := range parts {
		if part.delivery != nil {
			ends(index)(Result{Delivery: part.delivery})
			continue
		}
		one := &entry{
			number: q.added, deadline: deadline, attempts: newAttempts(part.event, q.rules, deadline), onEnd: ends(index),
		}
		one.size = proto.Size(one.attempts.request) + 16
		if q.ordered {
			one.lanes = lanesOf(part.event.request)
		}
		q.added++
		q.open[one.number] = one
		heap.Push(&q.deadlines, one)
		q.lineUp(one)
	}
}

// gather makes one result of those of all parts.
func gather(event *Event, limit, count int, onEnd func(Result)) func(int) func(Result) {
	outcomes := make([]*Result, count)
	left := count
	return func(index int) func(Result) {
		return func(result Result) {
			outcomes[index] = &result
			if left--; left == 0 {
				onEnd(combined(event, limit, outcomes))
			}
		}
	}
}

// take returns the next entries to send: at most count, of at most size bytes but for the first. What
// is not sent is given back.
func (q *eventQueue) take(now time.Time, count, size int) []*entry {
	for q.delayed.Len() > 0 && !q.delayed.entries[0].readyAt.After(now) {
		if one := heap.Pop(&q.delayed).(*entry); one.state == entryDelayed {
			q.makeReady(one)
		}
	}
	var taken []*entry
	for q.ready.Len() > 0 && len(taken) < count {
		one := q.ready.entries[0]
		if one.state == entryReady {
			if len(taken) > 0 && one.size > size {
				break
			}
			size -= one.size
			one.state = entrySent
			taken = append(taken, one)
		}
		heap.Pop(&q.ready)
	}
	return taken
}

// nextDeadline is the first deadline of what is open. Zero: nothing is.
func (q *eventQueue) nextDeadline() time.Time {
	for q.deadlines.Len() > 0 && q.deadlines.entries[0].state == entryEnded {
		heap.Pop(&q.deadlines)
	}
	if q.deadlines.Len() == 0 {
		return time.Time{}
	}
	return q.deadlines.entries[0].deadline
}

// nextDelayed is when the first of those that are to be sent again later is ready. Zero: there is none.
func (q *eventQueue) nextDelayed() time.Time {
	for q.delayed.Len() > 0 && q.delayed.entries[0].state == entryEnded {
		heap.Pop(&q.delayed)
	}
	if q.delayed.Len() == 0 {
		return time.Time{}
	}
	return q.delayed.entries[0].readyAt
}

// nextTime is when there is something to do if nothing happens before. Zero: nothing is open.
func (q *eventQueue) nextTime() time.Time {
	next := q.nextDeadline()
	if ready := q.nextDelayed(); !ready.IsZero() && ready.Before(next) {
		next = ready
	}
	return next
}

// inOrder are the open entries, in their order.
func (q *eventQueue) inOrder() []*entry {
	entries := make([]*entry, 0, len(q.open))
	for _, one := range q.open {
		entries = append(entries, one)
	}
	slices.SortFunc(entries, func(a, b *entry) int { return a.number - b.number })
	return entries
}

// find returns a sent entry by its number, or nil.
func (q *eventQueue) find(number int) *entry {
	if one := q.open[number]; one != nil && one.state == entrySent {
		return one
	}
	return nil
}

// succeeded says that every recipient of a sent entry was acknowledged.
func (q *eventQueue) succeeded(one *entry, delivery *Delivery) {
	q.end(one, Result{Delivery: delivery})
}

// failed says that a sent entry has failed: it ends, or is sent again as the policy says. If a wait
// was decided, the caller waits so long, and the entry is ready at once. Those that failed together
// and share random are ready again together.
func (q *eventQueue) failed(one *entry, f *failure, now time.Time, random float64, decided time.Duration) {
	wait, err := one.attempts.failed(f, now, random, decided)
	switch {
	case err != nil:
		q.end(one, Result{Err: err})
	case decided != undecided || wait == 0:
		q.makeReady(one)
	default:
		one.state, one.readyAt = entryDelayed, now.Add(wait)
		heap.Push(&q.delayed, one)
	}
}

// expire ends entries that were not answered before their deadlines.
func (q *eventQueue) expire(now time.Time) {
	for q.deadlines.Len() > 0 && !q.deadlines.entries[0].deadline.After(now) {
		switch one := heap.Pop(&q.deadlines).(*entry); one.state {
		case entryEnded:
		case entrySent:
			f := &failure{code: codes.DeadlineExceeded, message: "not answered in time"}
			q.failed(one, f, now, 0, undecided)
		default:
			f := &failure{code: codes.DeadlineExceeded, message: "not sent in time"}
			q.end(one, Result{Err: one.attempts.giveUp(f, true)})
		}
	}
}

// endAll ends everything with an error.
func (q *eventQueue) endAll(f *failure, retryable bool) {
	for _, one := range q.inOrder() {
		if one.state == entrySent {
			one.attempts.note(f)
		}
		q.end(one, Result{Err: one.attempts.giveUp(f, retryable)})
	}
}

func (q *eventQueue) lineUp(one *entry) {
	for _, lane := range one.lanes {
		before := q.last[lane]
		q.last[lane] = one
		if before == nil || len(before.followers) > 0 && before.followers[len(before.followers)-1] == one {
			continue
		}
		before.followers = append(before.followers, one)
		one.blockers++
	}
	if one.blockers == 0 {
		q.makeReady(one)
	}
}

// giveBack takes entries that are to be sent another time, and as soon as possible.
func (q *eventQueue) giveBack(entries []*entry) {
	for _, one := range entries {
		q.makeReady(one)
	}
}

func (q *eventQueue) makeReady(one *entry) {
	one.state = entryReady
	heap.Push(&q.ready, one)
}

func (q *eventQueue) end(one *entry, result Result) {
	delete(q.open, one.number)
	for _, lane := range one.lanes {
		if q.last[lane] == one {
			delete(q.last, lane)
		}
	}
	for _, follower := range one.followers {
		if follower.blockers--; follower.blockers == 0 && follower.state == entryWaits {
			q.makeReady(follower)
		}
	}
	onEnd := one.onEnd
	// The heaps may keep it for long, but what it was made of is let go.
	*one = entry{number: one.number, deadline: one.deadline, readyAt: one.readyAt, size: one.size, state: entryEnded}
	onEnd(result)
}
