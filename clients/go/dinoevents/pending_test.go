package dinoevents

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// fails lets events fail, first to last.
func (f *failures) fails(first, last int) []*Pending {
	var all []*Pending
	for i := first; i <= last; i++ {
		one := f.pending()
		f.end(one, Result{Err: &Error{Key: fmt.Sprint(i)}})
		all = append(all, one)
	}
	return all
}

func toldOf(t *testing.T, f *failures) *BatchError {
	t.Helper()
	var told *BatchError
	if err := f.take(9000); !errors.As(err, &told) {
		t.Fatalf("not a BatchError: %v", err)
	}
	return told
}

func askFor(all []*Pending) {
	for _, one := range all {
		_, _ = one.Wait(context.Background()) // Its error is known.
		_, _ = one.Wait(context.Background())
	}
}

func TestFailuresThatAreNotKeptCount(t *testing.T) {
	var f failures
	f.fails(1, 5000)
	told := toldOf(t, &f)

	wantEqual(t, "kept", len(told.Errors), 1000)
	wantEqual(t, "omitted", told.Omitted, 4000)
	wantEqual(t, "the first", told.Errors[0].Key, "1")
	if text := told.Error(); !strings.Contains(text, "5000 of 9000 events failed, of which the first 1000 are kept") {
		t.Error(text)
	}
	wantEqual(t, "told once", f.take(9000), nil)
}

func TestFailuresThatWereAskedForMakeRoom(t *testing.T) {
	var f failures
	f.fails(1, 1)
	for i := 2; i <= 2000; i++ {
		askFor(f.fails(i, i))
	}
	f.fails(2001, 2100)
	told := toldOf(t, &f)

	wantEqual(t, "kept", len(told.Errors), 101)
	wantEqual(t, "omitted", told.Omitted, 0)
	wantEqual(t, "the first", told.Errors[0].Key, "1")
}

func TestFailuresThatAreNotKeptCanBeAskedFor(t *testing.T) {
	var f failures
	all := f.fails(1, 1500)
	askFor(all[:1400])
	told := toldOf(t, &f)
	wantEqual(t, "omitted", told.Omitted, 100)
	wantEqual(t, "text", told.Error(), "dinoevents: 100 of 9000 events failed")

	f = failures{}
	askFor(f.fails(1, 1500))
	wantEqual(t, "nothing is left", f.take(9000), nil)
}
