package dinoevents

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// ErrClosed is what an [Error] wraps if the publisher or the stream was closed before the event had
// ended.
var ErrClosed = errors.New("dinoevents: the publisher or stream is closed")

// Reason is the service's reason of an error. A newer server may have others.
type Reason string

const (
	// ReasonInvalidField: fields break a rule; Violations names each. Correct the event.
	ReasonInvalidField Reason = "INVALID_FIELD"
	// ReasonRequestTooLarge: the event has more bytes than the server accepts. Make it smaller.
	ReasonRequestTooLarge Reason = "REQUEST_TOO_LARGE"
	// ReasonIdempotencyKeyReused: the key was used for another event. Give each a key of its own.
	ReasonIdempotencyKeyReused Reason = "IDEMPOTENCY_KEY_REUSED"
	// ReasonResumeToken: the resume token is damaged or of another event. Repeat without it.
	ReasonResumeToken Reason = "RESUME_TOKEN"
	// ReasonUnknownCaller: the API key or client certificate is missing or unknown.
	ReasonUnknownCaller Reason = "UNKNOWN_CALLER"
	// ReasonCallerNotAllowed: the caller may not publish this. Ask the operator for the right.
	ReasonCallerNotAllowed Reason = "CALLER_NOT_ALLOWED"
	// ReasonCallerQuota: the caller's quota stayed used up. Repeat later.
	ReasonCallerQuota Reason = "CALLER_QUOTA"
	// ReasonOverloaded: the server stayed overloaded. Repeat later.
	ReasonOverloaded Reason = "OVERLOADED"
	// ReasonShuttingDown: the server is shutting down, and no other one answered in time.
	ReasonShuttingDown Reason = "SHUTTING_DOWN"
	// ReasonConnectionAge: the connection was to be replaced, and no time was left for that.
	ReasonConnectionAge Reason = "CONNECTION_AGE"
	// ReasonBrokerUnreachable: no broker was reachable in time. Repeat later.
	ReasonBrokerUnreachable Reason = "BROKER_UNREACHABLE"
	// ReasonBrokerBusy: the broker was busy or over its quota for too long. Repeat later.
	ReasonBrokerBusy Reason = "BROKER_BUSY"
	// ReasonBrokerNotAuthorized: the broker does not let the server publish to a topic.
	ReasonBrokerNotAuthorized Reason = "BROKER_NOT_AUTHORIZED"
	// ReasonBrokerLimit: the event exceeds a limit of the broker; Metadata names it.
	ReasonBrokerLimit Reason = "BROKER_LIMIT"
	// ReasonBrokerRefused: the broker refuses the event. Tell the operator.
	ReasonBrokerRefused Reason = "BROKER_REFUSED"
)

// Violation is a field that breaks a rule.
type Violation struct {
	// Its path in the request, such as "message.group_id" or "user_ids[3]".
	Field string
	// The rule, such as "must be at most 64 characters".
	Description string
}

// Error says that an event was not published to all of its recipients, or that nobody knows whether
// it was. The retries are over. Find it with [errors.As].
type Error struct {
	Code codes.Code
	// The service's reason. Empty if the error did not come from it.
	Reason Reason
	// The server's text, for people.
	Message string
	// Whether the same call may succeed later. Repeat it with the same event, Key and ResumeToken:
	// it completes what this one began.
	Retryable bool
	// Whether some recipients may have received the event by this call. False: nobody has.
	MaybePublished bool
	// How long the server wants the call to wait. 0 if it did not say.
	RetryAfter time.Duration
	// The fields that break a rule.
	Violations []Violation
	// The first recipients who were not acknowledged.
	FailedRecipients []RecipientResult
	// More about the reason, such as the limit that was exceeded.
	Metadata map[string]string

	// The idempotency key of all attempts.
	Key string
	// Names who was acknowledged already. Empty: nobody, or nobody knows.
	ResumeToken []byte
	// The ID of the copies that were published. Empty if unknown.
	EventID string
	// How many calls were made.
	Attempts int
	// How many recipients the event has, 0 if unknown, and how many of them were acknowledged.
	RecipientCount, AcknowledgedCount int
	// The broker's own words, for people.
	BrokerReason string

	cause error
}

// Error says all that helps people.
func (e *Error) Error() string {
	parts := []string{strings.TrimSpace(codeName(e.Code)+" "+string(e.Reason)) + ": " + e.Message}
	if e.RecipientCount > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d acknowledged", e.AcknowledgedCount, e.RecipientCount))
	}
	if e.BrokerReason != "" {
		parts = append(parts, "the broker says: "+e.BrokerReason)
	}
	if e.Attempts != 1 {
		parts = append(parts, fmt.Sprintf("%d attempts", e.Attempts))
	}
	if e.Key != "" {
		parts = append(parts, "key "+e.Key)
	}
	return "dinoevents: " + strings.Join(parts, "; ")
}

// Unwrap returns the context's error if that ended the call, and [ErrClosed] if Close did.
func (e *Error) Unwrap() error { return e.cause }

// Is lets [errors.Is] find [context.DeadlineExceeded] if the time for the event ran out, whether that
// of the context or its own: the server says so a little before the context does.
func (e *Error) Is(target error) bool {
	return target == context.DeadlineExceeded && e.Code == codes.DeadlineExceeded
}

// GRPCStatus lets status.Code and status.FromError read it.
func (e *Error) GRPCStatus() *status.Status { return status.New(e.Code, e.Message) }

func codeName(c codes.Code) string { return code.Code(c).String() }

// Result is what became of one event of several: a delivery or an error.
type Result struct {
	Delivery *Delivery
	Err      *Error
}

// BatchError says that some events of a batch or stream were not published. [errors.As] finds the
// first [Error] in it.
type BatchError struct {
	// Of how many events it tells.
	Events int
	// The errors of those that failed, in the order of their events; of a stream, in that of their ends.
	Errors []*Error
	// How many more failed after those: a stream keeps 1,000 errors that nobody has asked for.
	Omitted int
}

func (e *BatchError) Error() string {
	text := fmt.Sprintf("dinoevents: %d of %d events failed", len(e.Errors)+e.Omitted, e.Events)
	if len(e.Errors) == 0 {
		return text
	}
	if e.Omitted > 0 {
		text += fmt.Sprintf(", of which the first %d are kept", len(e.Errors))
	}
	return fmt.Sprintf("%s; the first: %v", text, e.Errors[0])
}

// Unwrap returns the errors.
func (e *BatchError) Unwrap() []error {
	wrapped := make([]error, len(e.Errors))
	for i, one := range e.Errors {
		wrapped[i] = one
	}
	return wrapped
}
