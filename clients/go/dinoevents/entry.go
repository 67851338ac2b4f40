package dinoevents

import (
	"time"

	"github.com/dino-bridge/dino-bridge/clients/go/internal/requests"
)

type entryState int

const (
	entryWaits   entryState = iota // For the one before it for the same recipient.
	entryReady                     // To be sent.
	entryDelayed                   // To be sent again later.
	entrySent
	entryEnded
)

// entry is an event of the queue, or a part of one.
type entry struct {
	number    int // Entries are sent in this order as far as their lanes let them.
	deadline  time.Time
	attempts  *attempts
	size      int       // The bytes of its request, about.
	readyAt   time.Time // While it is delayed.
	state     entryState
	lanes     []requests.Recipient
	blockers  int
	followers []*entry
	onEnd     func(Result)
}

// entryHeap has the entry that is less than all others at 0.
type entryHeap struct {
	entries []*entry
	less    func(a, b *entry) bool
}

func (h *entryHeap) Len() int           { return len(h.entries) }
func (h *entryHeap) Less(i, j int) bool { return h.less(h.entries[i], h.entries[j]) }
func (h *entryHeap) Swap(i, j int)      { h.entries[i], h.entries[j] = h.entries[j], h.entries[i] }
func (h *entryHeap) Push(one any)       { h.entries = append(h.entries, one.(*entry)) }

func (h *entryHeap) Pop() any {
	last := h.entries[len(h.entries)-1]
	h.entries[len(h.entries)-1] = nil
	h.entries = h.entries[:len(h.entries)-1]
	return last
}
