package dinoevents

import (
	"log/slog"
	"math/rand/v2"
	"time"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"github.com/dino-bridge/dino-bridge/clients/go/internal/requests"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
)

// undecided is no wait: the policy decides.
const undecided time.Duration = -1

// rules are what decides about attempts: the policy, and what it depends on.
type rules struct {
	policy      Policy
	timeout     time.Duration
	random      func() float64 // From 0 up to 1.
	now         func() time.Time
	credentials interface {
		// version changes when the credentials do.
		version() int
		// renewedSince looks whether they are others than those of that version.
		renewedSince(version int) bool
	}
	hooks  Hooks
	logger *slog.Logger
}

func newRules(policy Policy, credentials *apiKey) *rules {
	return &rules{
		policy: policy, timeout: policy.Timeout, random: rand.Float64, now: time.Now,
		credentials: credentials, logger: slog.Default(),
	}
}

// deadline is when an event must have ended if it begins now.
func (r *rules) deadline(event *Event, now time.Time) time.Time {
	if event.timeout > 0 {
		return now.Add(event.timeout)
	}
	return now.Add(r.timeout)
}

func (r *rules) ruleOf(f *failure) Rule { return r.policy.rule(f.reason, f.code) }

// wait is how long to wait after so many failures, the last one included. sentWith is the version
// of the credentials that the call was sent with. False: stop.
func (r *rules) wait(f *failure, failures int, random float64, sentWith int) (time.Duration, bool) {
	switch r.ruleOf(f).Action {
	case ActionReopen:
		return 0, true
	case ActionRetryIfPushed:
		if !f.isPushed {
			return 0, false
		}
	case ActionRenewCredentials:
		if !r.credentials.renewedSince(sentWith) {
			return 0, false
		}
	case ActionRetry:
	default:
		return 0, false
	}
	if f.isPushed {
		// Not at once: others wait for the same.
		return max(r.policy.backoff(1, random), r.policy.pushed(f.pushback, random)), true
	}
	return r.policy.backoff(failures, random), true
}

// attempts are one event on its way to being acknowledged or given up. It has its idempotency key
// from the beginning, and gives the last resume token back with each further attempt. Not safe for
// concurrent use.
type attempts struct {
	kind     string
	key      string
	deadline time.Time
	count    int
	request  requests.Request // Of the next attempt.

	rules           *rules
	options         *eventsv1.PublishOptions
	failures        int
	maybePublished  bool
	last            *eventsv1.PublishFailure
	sentWith        int
	tokenIsOurs     bool
	tokenWasDropped bool
}

func newAttempts(event *Event, rules *rules, deadline time.Time) *attempts {
	a := &attempts{
		kind: event.kind, deadline: deadline, rules: rules, request: event.request,
		options: event.request.GetOptions(), sentWith: rules.credentials.version(),
	}
	if a.options.GetIdempotencyKey() == "" {
		a.setOptions(func(options *eventsv1.PublishOptions) { options.IdempotencyKey = newUUID() })
	}
	a.key = a.options.GetIdempotencyKey()
	return a
}

// timeFor is how long the next attempt may take.
func (a *attempts) timeFor(now time.Time) time.Duration {
	return max(time.Millisecond, min(a.rules.policy.AttemptTimeout, a.deadline.Sub(now)))
}

// sent says that an attempt has begun.
func (a *attempts) sent() {
	a.sentWith = a.rules.credentials.version()
	a.count++
}

// failed says that the attempt has failed, and returns how long to wait before the next one, or the
// error if there is to be none. random is shared by events that failed together, so that they are
// repeated together. decided is the wait that was decided for all that were sent together.
func (a *attempts) failed(f *failure, now time.Time, random float64, decided time.Duration) (time.Duration, *Error) {
	a.failures++
	a.note(f)
	wait, again := decided, true
	if decided == undecided {
		wait, again = a.wait(f, random)
	}
	if !again {
		return 0, a.giveUp(f, false)
	}
	if f.refusesAll || !now.Add(wait).Before(a.deadline) {
		return 0, a.giveUp(f, true)
	}
	return wait, nil
}

// giveUp is the error of an event that gets no further attempt, whatever the policy says.
func (a *attempts) giveUp(f *failure, retryable bool) *Error {
	err := errorOf(f, a.last)
	err.Retryable = retryable
	err.MaybePublished = a.maybePublished
	err.Key = a.key
	err.ResumeToken = a.options.GetResumeToken()
	err.Attempts = a.count
	return err
}

// note keeps what a failure tells of the recipients.
func (a *attempts) note(f *failure) {
	if a.rules.hooks.EventFailed != nil {
		err := errorOf(f, f.progress)
		err.Key, err.Attempts = a.key, a.count
		err.MaybePublished = f.progress != nil || a.rules.ruleOf(f).MaybePublished
		a.rules.hooks.EventFailed(a.key, err)
	}
	if f.progress != nil || a.rules.ruleOf(f).MaybePublished {
		a.maybePublished = true
	}
	if f.progress == nil {
		return
	}
	a.last = f.progress
	if token := f.progress.GetResumeToken(); len(token) > 0 {
		a.setToken(token)
		a.tokenIsOurs = true
	}
}

func (a *attempts) setToken(token []byte) {
	a.setOptions(func(options *eventsv1.PublishOptions) { options.ResumeToken = token })
}

// setOptions makes another request: the last one may be the caller's, or may still be written.
func (a *attempts) setOptions(set func(*eventsv1.PublishOptions)) {
	options := &eventsv1.PublishOptions{}
	if a.options != nil {
		options = proto.Clone(a.options).(*eventsv1.PublishOptions)
	}
	set(options)
	a.options, a.request = options, requests.Rebuilt(a.request, a.request.GetUserIds(), options)
}

func (a *attempts) wait(f *failure, random float64) (time.Duration, bool) {
	if a.rules.ruleOf(f).Action != ActionDropToken {
		return a.rules.wait(f, a.failures, random, a.sentWith)
	}
	if !a.tokenIsOurs || a.tokenWasDropped {
		return 0, false
	}
	a.tokenWasDropped = true
	a.setToken(nil)
	return 0, true
}

// errorOf is the error of a failure, and of what an event's last answer told of its recipients.
func errorOf(f *failure, progress *eventsv1.PublishFailure) *Error {
	return &Error{
		Code: f.code, Reason: f.reason, Message: f.message, RetryAfter: f.pushback,
		Violations: f.violations, Metadata: f.metadata, cause: f.cause,
		EventID: progress.GetEventId(), RecipientCount: int(progress.GetRecipientCount()),
		AcknowledgedCount: int(progress.GetAcknowledgedCount()), BrokerReason: progress.GetReasonString(),
		FailedRecipients: recipientResults(progress.GetFailedRecipients()),
	}
}

// unwritable is what is wrong with a request that cannot be encoded: nil if it can.
func unwritable(event *Event) *failure {
	violations := event.violations
	if len(violations) == 0 {
		_, err := proto.Marshal(event.request)
		if err == nil {
			return nil
		}
		violations = []Violation{{event.kind, "cannot be encoded: " + err.Error()}}
	}
	return &failure{
		code: codes.InvalidArgument, reason: ReasonInvalidField, violations: violations,
		message: violations[0].Field + " " + violations[0].Description,
	}
}
