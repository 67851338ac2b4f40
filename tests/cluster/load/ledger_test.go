package load

import (
	"testing"
	"time"
)

func TestLedgerFindsExactlyWhatIsWrong(t *testing.T) {
	for name, one := range map[string]struct {
		received []int
		want     Counts
	}{
		"all well":     {[]int{1, 2, 3}, Counts{OK: 3}},
		"one is lost":  {[]int{1, 3}, Counts{OK: 3, Lost: 1}},
		"one twice":    {[]int{1, 2, 2, 3}, Counts{OK: 3, Doubled: 1}},
		"two swapped":  {[]int{2, 1, 3}, Counts{OK: 3, Swapped: 1}},
		"a late copy":  {[]int{1, 2, 3, 1}, Counts{OK: 3, Doubled: 1}},
		"nothing came": {nil, Counts{OK: 3, Lost: 3}},
	} {
		t.Run(name, func(t *testing.T) {
			ledger := NewLedger()
			for sequence := 1; sequence <= 3; sequence++ {
				ledger.succeed("a", []int64{7}, sequence, 0, 0)
			}
			for _, sequence := range one.received {
				ledger.Receive(7, Payload("a", sequence))
			}
			if got := ledger.Count(); got != one.want {
				t.Errorf("got %v, want %v", got, one.want)
			}
		})
	}
}

func TestLedgerWaitsForWhatIsOnItsWay(t *testing.T) {
	ledger := NewLedger()
	ledger.succeed("a", []int64{7}, 1, 2, time.Second)
	go ledger.Receive(7, Payload("a", 1))
	if got := ledger.Settle(time.Minute); got != (Counts{OK: 1, Repeated: 2, Longest: time.Second}) {
		t.Errorf("got %v", got)
	}
}
