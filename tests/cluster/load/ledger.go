// Package load publishes events without pause, repeats what failed as docs/retries.md says, and
// counts what subscribers did not get, got twice, or got in the wrong order.
package load

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Counts is what a ledger has found. An event is one message for all users of its caller; lost,
// doubled and swapped ones are counted for each user.
type Counts struct {
	// Events answered OK, and those given up after the last repetition.
	OK, Failed int
	// Repeated calls.
	Repeated int
	// Answered OK and never received; received again; received behind a later one.
	Lost, Doubled, Swapped int
	// The longest time from the first call of an event to its OK.
	Longest time.Duration
}

// Clean says whether nothing went wrong.
func (c Counts) Clean() bool { return c.Failed+c.Lost+c.Doubled+c.Swapped == 0 && c.OK > 0 }

func (c Counts) String() string {
	return fmt.Sprintf("ok %d, repeated %d, failed %d, lost %d, doubled %d, swapped %d, longest %v",
		c.OK, c.Repeated, c.Failed, c.Lost, c.Doubled, c.Swapped, c.Longest.Round(time.Millisecond))
}

// Ledger holds which events callers published, and which ones their users received. Thread-safe.
type Ledger struct {
	mutex    sync.Mutex
	counts   Counts
	ok       map[string][]int   // By caller.
	users    map[string][]int64 // By caller.
	received map[string][]int   // By caller and user.
	changed  chan struct{}      // Closed and renewed with each event received.
}

// NewLedger returns an empty one.
func NewLedger() *Ledger {
	return &Ledger{ok: map[string][]int{}, users: map[string][]int64{}, received: map[string][]int{},
		changed: make(chan struct{})}
}

func key(caller string, user int64) string { return caller + " " + strconv.FormatInt(user, 10) }

// Payload is what an event carries so that Receive knows it.
func Payload(caller string, sequence int) string { return caller + "/" + strconv.Itoa(sequence) }

func (l *Ledger) succeed(caller string, users []int64, sequence, repeated int, took time.Duration) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.ok[caller], l.users[caller] = append(l.ok[caller], sequence), users
	l.counts.OK++
	l.counts.Repeated += repeated
	l.counts.Longest = max(l.counts.Longest, took)
}

func (l *Ledger) fail(repeated int) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.counts.Failed++
	l.counts.Repeated += repeated
}

// Receive notes what a user was sent; it ignores what no caller of this program wrote.
func (l *Ledger) Receive(user int64, payload string) {
	caller, number, ok := strings.Cut(payload, "/")
	sequence, err := strconv.Atoi(number)
	if !ok || err != nil {
		return
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	its := key(caller, user)
	l.received[its] = append(l.received[its], sequence)
	close(l.changed)
	l.changed = make(chan struct{})
}

// OK returns how many events were answered OK so far.
func (l *Ledger) OK() int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.counts.OK
}

// Count compares both sides.
func (l *Ledger) Count() Counts {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	counts := l.counts
	for caller, sequences := range l.ok {
		for _, user := range l.users[caller] {
			seen, highest := map[int]bool{}, 0
			for _, sequence := range l.received[key(caller, user)] {
				switch {
				case seen[sequence]:
					counts.Doubled++
				case sequence < highest:
					counts.Swapped++
				}
				seen[sequence], highest = true, max(highest, sequence)
			}
			for _, sequence := range sequences {
				if !seen[sequence] {
					counts.Lost++
				}
			}
		}
	}
	return counts
}

// Settle counts once nothing is lost, or when nothing has come for that long.
func (l *Ledger) Settle(patience time.Duration) Counts {
	for {
		l.mutex.Lock()
		changed := l.changed
		l.mutex.Unlock()
		counts := l.Count()
		if counts.Lost == 0 {
			return counts
		}
		select {
		case <-changed:
		case <-time.After(patience):
			return l.Count()
		}
	}
}
