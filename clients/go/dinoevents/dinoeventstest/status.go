package dinoeventstest

import (
	"crypto/sha1"
	"encoding/hex"
	"strings"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"github.com/dino-bridge/dino-bridge/clients/go/dinoevents"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"
)

// The service's codes of its reasons.
var codesOf = map[dinoevents.Reason]codes.Code{
	dinoevents.ReasonInvalidField:         codes.InvalidArgument,
	dinoevents.ReasonRequestTooLarge:      codes.InvalidArgument,
	dinoevents.ReasonIdempotencyKeyReused: codes.InvalidArgument,
	dinoevents.ReasonResumeToken:          codes.InvalidArgument,
	dinoevents.ReasonUnknownCaller:        codes.Unauthenticated,
	dinoevents.ReasonCallerNotAllowed:     codes.PermissionDenied,
	dinoevents.ReasonCallerQuota:          codes.ResourceExhausted,
	dinoevents.ReasonOverloaded:           codes.ResourceExhausted,
	dinoevents.ReasonBrokerNotAuthorized:  codes.PermissionDenied,
	dinoevents.ReasonBrokerLimit:          codes.FailedPrecondition,
	dinoevents.ReasonBrokerRefused:        codes.Internal,
}

// statusOf is the service's error that a publisher reads as err.
func statusOf(err *dinoevents.Error) error {
	code := err.Code
	if code == codes.OK {
		code = codes.Unavailable
		if found, known := codesOf[err.Reason]; known {
			code = found
		}
	}
	message := err.Message
	if message == "" {
		message = "as the test wants it"
	}
	var details []protoadapt.MessageV1
	if err.Reason != "" {
		details = append(details, &errdetails.ErrorInfo{
			Reason: string(err.Reason), Domain: "dino.events", Metadata: err.Metadata,
		})
	}
	if len(err.Violations) > 0 {
		details = append(details, badRequest(err.Violations))
	}
	if err.RetryAfter > 0 {
		details = append(details, &errdetails.RetryInfo{RetryDelay: durationpb.New(err.RetryAfter)})
	}
	if err.MaybePublished || err.RecipientCount > 0 || len(err.FailedRecipients) > 0 || len(err.ResumeToken) > 0 {
		details = append(details, progressOf(err))
	}
	made, failed := status.New(code, message).WithDetails(details...)
	if failed != nil {
		return status.Error(codes.Internal, failed.Error())
	}
	return made.Err()
}

func progressOf(err *dinoevents.Error) *eventsv1.PublishFailure {
	progress := &eventsv1.PublishFailure{
		EventId: err.EventID, RecipientCount: uint32(err.RecipientCount),
		AcknowledgedCount: uint32(err.AcknowledgedCount), ReasonString: err.BrokerReason, ResumeToken: err.ResumeToken,
	}
	for _, one := range err.FailedRecipients {
		progress.FailedRecipients = append(progress.FailedRecipients, &eventsv1.RecipientResult{
			UserId: one.UserID, Topic: one.Topic, Outcome: one.Outcome, ReasonCode: one.ReasonCode,
		})
	}
	return progress
}

func badRequest(violations []dinoevents.Violation) *errdetails.BadRequest {
	made := &errdetails.BadRequest{}
	for _, one := range violations {
		made.FieldViolations = append(made.FieldViolations, &errdetails.BadRequest_FieldViolation{
			Field: one.Field, Description: one.Description,
		})
	}
	return made
}

// invalid is the error of fields that break a rule.
func invalid(violations []dinoevents.Violation) error {
	var texts []string
	for _, one := range violations[:min(len(violations), 5)] {
		texts = append(texts, one.Field+" "+one.Description)
	}
	return statusOf(&dinoevents.Error{
		Reason: dinoevents.ReasonInvalidField, Message: strings.Join(texts, "; "), Violations: violations,
	})
}

func keyReused() error {
	return statusOf(&dinoevents.Error{
		Reason: dinoevents.ReasonIdempotencyKeyReused, Message: "the key was used for another event",
	})
}

// The namespace of event IDs: see PublishOptions.idempotency_key.
var namespace = [16]byte{
	0x69, 0x03, 0x6f, 0x9f, 0x2e, 0x9f, 0x48, 0x49, 0xa3, 0x5c, 0x7e, 0xa1, 0xa6, 0x09, 0xb7, 0x19,
}

// eventID is the version 5 UUID that the server makes of an anonymous caller's key.
func eventID(key string) string {
	digest := sha1.Sum(append(namespace[:], "anonymous "+key...))
	digest[6] = digest[6]&0x0f | 0x50
	digest[8] = digest[8]&0x3f | 0x80
	text := hex.EncodeToString(digest[:16])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}
