package dinoeventstest

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"github.com/dino-bridge/dino-bridge/clients/go/dinoevents"
	"github.com/dino-bridge/dino-bridge/clients/go/internal/requests"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

const (
	lastUserID    = 1<<53 - 1
	lastSecond    = 253402300799 // 9999-12-31T23:59:59Z
	lastExpiry    = 1<<32 - 1
	mostNameBytes = 1024
	mostFileBytes = 255
	mostTopic     = 255
	// "dms/{environment}" stands before it, and a topic has at most 10 levels.
	mostTopicLevels = 8

	mostProperties    = 8
	mostPropertyBytes = 256
)

var (
	uuidPattern = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	typePattern = regexp.MustCompile(`^[a-z0-9_-]{1,64}$`)
	keyPattern  = regexp.MustCompile(`^[!-~]{0,128}$`)

	propertyPattern = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)
	reservedPattern = regexp.MustCompile(`^dino|^(event_id|event_type|traceparent|tracestate)$`)
)

// rules are the server's, for one request. They collect what breaks one.
type rules struct {
	kind    string
	request requests.Request
	limits  Limits
	splits  bool // The publisher splits what has too many recipients.
	found   []dinoevents.Violation
}

// violations are all fields of an event that break a rule, each once for each rule.
func violations(event *eventsv1.EventRequest, limits Limits, splits bool) []dinoevents.Violation {
	r := requests.Unwrapped(event)
	check := &rules{kind: requests.KindOf(r), request: r, limits: limits, splits: splits}
	check.content()
	check.recipients()
	if custom, is := r.(*eventsv1.PublishCustomRequest); is {
		check.overlays(custom)
	}
	check.options(r.GetOptions())
	return check.found
}

func (r *rules) wrong(field, format string, values ...any) {
	r.found = append(r.found, dinoevents.Violation{Field: field, Description: fmt.Sprintf(format, values...)})
}

func (r *rules) uuid(field, text string) {
	if !uuidPattern.MatchString(text) {
		r.wrong(field, "must be a UUID: 8-4-4-4-12 hexadecimal digits")
	}
}

func (r *rules) userID(field string, id int64) {
	if id < 1 || id > lastUserID {
		r.wrong(field, "must be 1 to 9007199254740991 (2^53-1)")
	}
}

func (r *rules) text(field, text string, most int) {
	if len(text) < 1 || len(text) > most {
		r.wrong(field, "must be 1 to %d bytes", most)
	}
}

func (r *rules) fileID(field, text string) { r.text(field, text, mostFileBytes) }

func (r *rules) typeName(field, name string) {
	if !typePattern.MatchString(name) {
		r.wrong(field, "must be 1 to 64 of a-z, 0-9, _ and -")
	}
}

func (r *rules) time(field string, t *timestamppb.Timestamp) {
	switch {
	case t == nil:
		r.wrong(field, "is required")
	case t.GetSeconds() < 0 || t.GetSeconds() > lastSecond || t.GetNanos() < 0 || t.GetNanos() > 999_999_999:
		r.wrong(field, "must be 1970-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z")
	}
}

func (r *rules) topic(field, name string) {
	levels := strings.Split(name, "/")
	switch {
	case slices.Contains(levels, "") || len(levels) > mostTopicLevels:
		r.wrong(field, "must have levels that are not empty, and not too many")
	case len(name) > mostTopic:
		r.wrong(field, "must be 1 to %d bytes", mostTopic)
	case strings.HasPrefix(name, "$") || strings.ContainsAny(name, "+#") || strings.ContainsFunc(name, isUnfit):
		r.wrong(field, "must not have a character that topics cannot have")
	}
}

// isUnfit tells whether a broker may refuse a text with the character.
func isUnfit(c rune) bool {
	isNoncharacter := c >= 0xfdd0 && c <= 0xfdef || c&0xfffe == 0xfffe
	return unicode.Is(unicode.Cc, c) || isNoncharacter
}

// each applies a rule to the elements of a list.
func each[T any](field string, values []T, rule func(string, T)) {
	for i, value := range values {
		rule(fmt.Sprintf("%s[%d]", field, i), value)
	}
}

// list is a list in the event's content: repeated entries count.
func list[T any](r *rules, field string, values []T, least int, rule func(string, T)) {
	if len(values) < least || len(values) > r.limits.MaxRecipients {
		r.wrong(field, "must have %d to %d entries", least, r.limits.MaxRecipients)
	}
	each(field, values, rule)
}

func (r *rules) recipients() {
	users := r.request.GetUserIds()
	var topics []string
	if custom, is := r.request.(*eventsv1.PublishCustomRequest); is {
		topics = custom.GetTopics()
	}
	most := r.limits.MaxRecipients
	switch {
	case r.kind == "read":
		most = 2
	case r.splits:
		most = math.MaxInt
	}
	if len(users) == 0 && len(topics) == 0 && r.kind != "group" {
		r.wrong("user_ids", "must name at least one user")
	}
	if len(users) > 0 && len(topics) > 0 {
		r.wrong("topics", "must be empty if user_ids is not")
	}
	distinct(r, "user_ids", users, most)
	each("user_ids", users, r.userID)
	distinct(r, "topics", topics, most)
	each("topics", topics, r.topic)
}

func distinct[T comparable](r *rules, field string, values []T, most int) {
	different := make(map[T]struct{}, len(values))
	for _, value := range values {
		different[value] = struct{}{}
	}
	if len(different) > most {
		r.wrong(field, "must name at most %d different ones", most)
	}
}

func (r *rules) overlays(custom *eventsv1.PublishCustomRequest) {
	size := 0
	for user, extra := range custom.GetOverlays() {
		field := fmt.Sprintf("overlays[%d]", user)
		if !slices.Contains(custom.GetUserIds(), user) {
			r.wrong(field, "must be for one of user_ids")
		}
		r.keys(field, extra)
		for key := range extra.GetFields() {
			if _, taken := custom.GetCustom().GetData().GetFields()[key]; taken {
				r.wrong(field, "must not have a key of custom.data")
				break
			}
		}
		size += sizeOf(extra)
	}
	if size > r.limits.MaxPayloadBytes {
		r.wrong("overlays", "must take at most %d bytes together", r.limits.MaxPayloadBytes)
	}
}

// keys are those of custom data.
func (r *rules) keys(field string, fields *structpb.Struct) {
	for _, taken := range []string{"event_type", "group_id"} {
		if _, has := fields.GetFields()[taken]; has {
			r.wrong(field, "must not have the keys event_type and group_id")
			break
		}
	}
	if !areWritable(fields) {
		r.wrong(field, "must have only set values and finite numbers")
	}
}

func (r *rules) options(options *eventsv1.PublishOptions) {
	if options.GetExpiry() != nil {
		r.expiry(options.GetExpiry())
	}
	if _, known := eventsv1.Qos_name[int32(options.GetQos())]; !known {
		r.wrong("options.qos", "must be a known Qos")
	}
	if _, known := eventsv1.ResultDetail_name[int32(options.GetResultDetail())]; !known {
		r.wrong("options.result_detail", "must be a known ResultDetail")
	}
	if !keyPattern.MatchString(options.GetIdempotencyKey()) {
		r.wrong("options.idempotency_key", "must be at most 128 bytes of visible ASCII")
	}
	r.userProperties(options.GetUserProperties())
}

// userProperties are checked rule by rule: each counts once, however many entries break it.
func (r *rules) userProperties(properties map[string]string) {
	const field = "options.user_properties"
	unnamed, reserved, unfit := false, false, false
	for name, value := range properties {
		unnamed = unnamed || !propertyPattern.MatchString(name)
		reserved = reserved || reservedPattern.MatchString(name)
		unfit = unfit || len(value) > mostPropertyBytes || strings.ContainsFunc(value, isUnfit)
	}
	if len(properties) > mostProperties {
		r.wrong(field, "must have at most %d entries", mostProperties)
	}
	if unnamed {
		r.wrong(field, "must have names of 1 to 64 of A-Z, a-z, 0-9, _, . and -")
	}
	if reserved {
		r.wrong(field, "must have no reserved names")
	}
	if unfit {
		r.wrong(field, "must have values of at most %d bytes without control characters", mostPropertyBytes)
	}
}

func (r *rules) expiry(expiry *durationpb.Duration) {
	seconds, nanos := expiry.GetSeconds(), int64(expiry.GetNanos())
	up := int64(0)
	if nanos > 0 {
		up = 1
	}
	switch {
	case nanos <= -1e9 || nanos >= 1e9 || seconds > 0 && nanos < 0 || seconds < 0 && nanos > 0:
		r.wrong("options.expiry", "must be a valid Duration")
	case seconds < 1-up || seconds > lastExpiry-up:
		r.wrong("options.expiry", "must be 1 to 4294967295 seconds")
	}
}
