package dinoevents

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"google.golang.org/grpc/codes"
)

// Action is what to do after an error.
type Action string

const (
	// ActionStop reports the error: repeating the call would fail again.
	ActionStop Action = "stop"
	// ActionRetry waits for the server's pushback, or else backs off, and repeats the call.
	ActionRetry Action = "retry"
	// ActionRetryIfPushed does the same if the error says how long to wait, and stops otherwise.
	ActionRetryIfPushed Action = "retry_if_pushed"
	// ActionReopen repeats at once: the server wants a new connection.
	ActionReopen Action = "reopen"
	// ActionDropToken repeats once without the resume token if an earlier error of the call gave
	// it, and stops otherwise.
	ActionDropToken Action = "drop_token"
	// ActionRenewCredentials repeats if the credentials have changed since the call was sent, and
	// stops otherwise.
	ActionRenewCredentials Action = "renew_credentials"
)

// Rule is what an error means.
type Rule struct {
	Action Action
	// Whether some recipients may have received the event.
	MaybePublished bool
}

// Backoff is the wait before another attempt.
type Backoff struct {
	// The longest wait before the second attempt. Each further one is Multiplier times as long, up
	// to Maximum.
	Initial, Maximum time.Duration
	Multiplier       float64
	// The part of a wait that is random: 0.5 waits half of it to all of it.
	Jitter float64
}

// Limits are the server's default limits, by which large calls are split.
type Limits struct {
	Recipients   int `json:"recipients"`
	BatchEvents  int `json:"batch_events"`
	StreamEvents int `json:"stream_events"`
	RequestBytes int `json:"request_bytes"`
}

// ConnectionPolicy is how connections are kept.
type ConnectionPolicy struct {
	KeepAliveTime, KeepAliveTimeout    time.Duration
	ReconnectInitial, ReconnectMaximum time.Duration
	ConnectTimeout                     time.Duration
}

// Policy says which errors are retried, when, and for how long.
type Policy struct {
	// How long an event may take, with all its attempts.
	Timeout time.Duration
	// How long one attempt may take.
	AttemptTimeout time.Duration
	Backoff        Backoff
	// By how much a pushback is stretched at most, at random.
	PushbackJitter float64
	Limits         Limits
	Connection     ConnectionPolicy
	// What an error with a reason of the service means.
	Reasons map[Reason]Rule
	// What an error without one means, by its status code.
	Codes map[codes.Code]Rule
}

//go:embed retry_policy.json
var defaultPolicy []byte

// DefaultPolicy returns the policy of the package, which all client packages share.
func DefaultPolicy() Policy {
	policy, err := ParsePolicy(defaultPolicy)
	if err != nil {
		panic(err) // A test parses it.
	}
	return policy
}

// rule is what an error means. A reason that a newer server has is judged by its code.
func (p *Policy) rule(reason Reason, code codes.Code) Rule {
	if rule, found := p.Reasons[reason]; found {
		return rule
	}
	if rule, found := p.Codes[code]; found {
		return rule
	}
	return Rule{ActionStop, true}
}

// backoff is the wait after so many failures, 1 or more. random is from 0 up to 1.
func (p *Policy) backoff(failures int, random float64) time.Duration {
	longest := float64(p.Backoff.Initial) * math.Pow(p.Backoff.Multiplier, float64(min(failures-1, 30)))
	longest = math.Min(longest, float64(p.Backoff.Maximum))
	return time.Duration(longest * (1 - p.Backoff.Jitter*random))
}

// pushed is the wait if the server asks for pushback: never less.
func (p *Policy) pushed(pushback time.Duration, random float64) time.Duration {
	return pushback + time.Duration(float64(pushback)*p.PushbackJitter*random)
}

// duration is a JSON string such as "0.1s".
type duration time.Duration

func (d *duration) UnmarshalJSON(text []byte) error {
	var value string
	if err := json.Unmarshal(text, &value); err != nil {
		return err
	}
	parsed, err := time.ParseDuration(value)
	*d = duration(parsed)
	return err
}

// policyFile has the form of retry_policy.json.
type policyFile struct {
	Timeout        duration `json:"timeout"`
	AttemptTimeout duration `json:"attempt_timeout"`
	Backoff        struct {
		Initial    duration `json:"initial"`
		Maximum    duration `json:"maximum"`
		Multiplier float64  `json:"multiplier"`
		Jitter     float64  `json:"jitter"`
	} `json:"backoff"`
	Pushback struct {
		Jitter float64 `json:"jitter"`
	} `json:"pushback"`
	Limits     Limits `json:"limits"`
	Connection struct {
		KeepAliveTime    duration `json:"keep_alive_time"`
		KeepAliveTimeout duration `json:"keep_alive_timeout"`
		ReconnectInitial duration `json:"reconnect_initial"`
		ReconnectMaximum duration `json:"reconnect_maximum"`
		ConnectTimeout   duration `json:"connect_timeout"`
	} `json:"connection"`
	Reasons map[Reason]ruleFile `json:"reasons"`
	Codes   map[string]ruleFile `json:"codes"`
}

type ruleFile struct {
	Action    Action `json:"action"`
	Published string `json:"published"`
}

func (r ruleFile) rule() (Rule, error) {
	switch r.Action {
	case ActionStop, ActionRetry, ActionRetryIfPushed, ActionReopen, ActionDropToken, ActionRenewCredentials:
	default:
		return Rule{}, fmt.Errorf("dinoevents: the policy has the unknown action %q", r.Action)
	}
	return Rule{r.Action, r.Published == "maybe"}, nil
}

// ParsePolicy reads a policy in the form of retry_policy.json.
func ParsePolicy(text []byte) (Policy, error) {
	var file policyFile
	if err := json.Unmarshal(text, &file); err != nil {
		return Policy{}, fmt.Errorf("dinoevents: the policy cannot be read: %w", err)
	}
	policy := Policy{
		Timeout:        time.Duration(file.Timeout),
		AttemptTimeout: time.Duration(file.AttemptTimeout),
		Backoff: Backoff{
			Initial: time.Duration(file.Backoff.Initial), Maximum: time.Duration(file.Backoff.Maximum),
			Multiplier: file.Backoff.Multiplier, Jitter: file.Backoff.Jitter,
		},
		PushbackJitter: file.Pushback.Jitter,
		Limits:         file.Limits,
		Connection: ConnectionPolicy{
			time.Duration(file.Connection.KeepAliveTime), time.Duration(file.Connection.KeepAliveTimeout),
			time.Duration(file.Connection.ReconnectInitial), time.Duration(file.Connection.ReconnectMaximum),
			time.Duration(file.Connection.ConnectTimeout),
		},
	}
	return policy, policy.readRules(file)
}

func (p *Policy) readRules(file policyFile) error {
	p.Reasons = make(map[Reason]Rule, len(file.Reasons))
	for reason, entry := range file.Reasons {
		rule, err := entry.rule()
		if err != nil {
			return err
		}
		p.Reasons[reason] = rule
	}
	p.Codes = make(map[codes.Code]Rule, len(file.Codes))
	for name, entry := range file.Codes {
		rule, err := entry.rule()
		if err != nil {
			return err
		}
		var code codes.Code
		if err := code.UnmarshalJSON([]byte(fmt.Sprintf("%q", name))); err != nil {
			return fmt.Errorf("dinoevents: the policy has the unknown code %q", name)
		}
		p.Codes[code] = rule
	}
	return p.check()
}

func (p *Policy) check() error {
	switch {
	case p.Timeout <= 0 || p.AttemptTimeout <= 0:
		return fmt.Errorf("dinoevents: the policy needs timeout and attempt_timeout")
	case p.Backoff.Initial <= 0 || p.Backoff.Maximum <= 0 || p.Backoff.Multiplier < 1:
		return fmt.Errorf("dinoevents: the policy needs a backoff")
	case p.Limits.Recipients < 1 || p.Limits.BatchEvents < 1 || p.Limits.StreamEvents < 1 || p.Limits.RequestBytes < 1:
		return fmt.Errorf("dinoevents: the policy needs limits")
	}
	return nil
}
