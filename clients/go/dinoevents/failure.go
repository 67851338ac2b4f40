package dinoevents

import (
	"strconv"
	"time"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"
)

const (
	errorDomain     = "dino.events"
	pushbackTrailer = "grpc-retry-pushback-ms"

	// longestPushback is beyond all deadlines, and far from what a time.Duration cannot hold.
	longestPushback = 10 * 365 * 24 * time.Hour
)

// failure is the error of a call or an event, read.
type failure struct {
	code       codes.Code
	reason     Reason
	message    string
	metadata   map[string]string
	violations []Violation
	// After how long the server wants the call repeated, if it said so.
	pushback   time.Duration
	isPushed   bool
	refusesAll bool // The server asks not to repeat the call.
	// Who was acknowledged so far. nil: nothing was published, or nobody knows.
	progress *eventsv1.PublishFailure
	cause    error
}

func closedFailure() *failure {
	return &failure{code: codes.Canceled, message: "the publisher or stream was closed", refusesAll: true, cause: ErrClosed}
}

// isOfLibrary is whether a library or proxy says that a message is too large, or a limit used up: it
// names no reason, and no time to wait.
func (f *failure) isOfLibrary() bool {
	return f.code == codes.ResourceExhausted && f.reason == "" && !f.isPushed
}

// mayBeOfOne is whether a call of several events may have failed for one of them.
func (f *failure) mayBeOfOne() bool { return f.code == codes.InvalidArgument || f.isOfLibrary() }

// failureOfStatus reads a status, as results in batches and streams have it.
func failureOfStatus(s *spb.Status) *failure {
	f := &failure{code: codes.Code(s.GetCode()), message: s.GetMessage()}
	if f.code > codes.Unauthenticated || f.code == codes.OK {
		f.code = codes.Unknown
	}
	for _, detail := range s.GetDetails() {
		f.read(detail)
	}
	return f
}

// failureOf reads an error of gRPC.
func failureOf(err error, trailer metadata.MD) *failure {
	f := failureOfStatus(status.Convert(err).Proto())
	// What proxies and gRPC itself say in the trailer counts if there is no RetryInfo.
	if values := trailer.Get(pushbackTrailer); len(values) > 0 {
		if milliseconds, err := strconv.ParseInt(values[0], 10, 64); err == nil {
			f.refusesAll = milliseconds < 0
			if milliseconds >= 0 && !f.isPushed {
				milliseconds = min(milliseconds, longestPushback.Milliseconds())
				f.pushback, f.isPushed = time.Duration(milliseconds)*time.Millisecond, true
			}
		}
	}
	return f
}

// read adds a detail. One that cannot be read is left out: the code says enough.
func (f *failure) read(packed *anypb.Any) {
	detail, err := packed.UnmarshalNew()
	if err != nil {
		return
	}
	switch detail := detail.(type) {
	case *errdetails.ErrorInfo:
		if detail.GetDomain() == errorDomain {
			f.reason, f.metadata = Reason(detail.GetReason()), detail.GetMetadata()
		}
	case *errdetails.BadRequest:
		for _, one := range detail.GetFieldViolations() {
			f.violations = append(f.violations, Violation{one.GetField(), one.GetDescription()})
		}
	case *errdetails.RetryInfo:
		f.pushback, f.isPushed = min(max(0, detail.GetRetryDelay().AsDuration()), longestPushback), true
	case *eventsv1.PublishFailure:
		f.progress = detail
	}
}
