package dinoevents

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"github.com/dino-bridge/dino-bridge/clients/go/internal/requests"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
)

// tokensPrefix stands before the resume tokens of the parts of an event, each after its length as 4
// bytes. The packages in other languages read and write the same.
const tokensPrefix = "dino-events parts\x00"

// part is one of an event's parts, or the delivery of one that was complete before.
type part struct {
	event    *Event
	delivery *Delivery
}

// fits is whether an event surely has at most limit recipients. The members of a group, if it has no
// other recipients, are limited by the server on their own: they go into the event as a whole.
func fits(r requests.Request, limit int) bool {
	custom, isCustom := r.(*eventsv1.PublishCustomRequest)
	return len(r.GetUserIds()) <= limit && (!isCustom || len(custom.GetTopics()) <= limit)
}

// split is the event in parts of at most limit recipients each, with keys "key/0", "key/1"… One
// that fits is returned as it is. A part that is complete according to the resume token, one of
// joinedTokens, is its delivery.
func split(event *Event, limit int) []part {
	if fits(event.request, limit) {
		return []part{{event: event}}
	}
	everybody := requests.Recipients(event.request)
	if len(everybody) <= limit {
		return []part{{event: event}}
	}
	options := event.request.GetOptions()
	key := options.GetIdempotencyKey()
	if key == "" {
		key = newUUID()
	}
	count := (len(everybody) + limit - 1) / limit
	tokens := splitTokens(options.GetResumeToken(), count)
	parts := make([]part, 0, count)
	for index, token := range tokens {
		chunk := chunkOf(everybody, limit, index)
		if id, isDone := bytes.CutPrefix(token, done(chunk)); isDone {
			parts = append(parts, part{delivery: &Delivery{
				EventID: string(id), EventIDs: []string{string(id)}, RecipientCount: len(chunk),
				AcknowledgedCount: len(chunk), Replayed: true,
			}})
			continue
		}
		chosen := &eventsv1.PublishOptions{}
		if options != nil {
			chosen = proto.Clone(options).(*eventsv1.PublishOptions)
		}
		chosen.IdempotencyKey, chosen.ResumeToken = fmt.Sprintf("%s/%d", key, index), token
		r := partOf(event.request, chunk, chosen)
		parts = append(parts, part{event: &Event{kind: event.kind, request: r, timeout: event.timeout}})
	}
	return parts
}

func chunkOf(everybody []requests.Recipient, limit, index int) []requests.Recipient {
	return everybody[index*limit : min((index+1)*limit, len(everybody))]
}

// partOf is the request for some of its recipients.
func partOf(whole requests.Request, chunk []requests.Recipient, options *eventsv1.PublishOptions) requests.Request {
	var users []int64
	var topics []string
	for _, one := range chunk {
		if one.Topic != "" {
			topics = append(topics, one.Topic)
		} else {
			users = append(users, one.User)
		}
	}
	r := requests.Rebuilt(whole, users, options)
	custom, isCustom := r.(*eventsv1.PublishCustomRequest)
	if !isCustom {
		return r
	}
	custom.Topics = topics
	overlays := custom.Overlays
	custom.Overlays = nil
	for _, user := range users {
		if extra, found := overlays[user]; found {
			if custom.Overlays == nil {
				custom.Overlays = make(map[int64]*structpb.Struct)
			}
			custom.Overlays[user] = extra
		}
	}
	return r
}

// done stands before the event's ID in the token of a part that is complete.
func done(chunk []requests.Recipient) []byte {
	names := make([]string, len(chunk))
	for i, one := range chunk {
		names[i] = one.String()
	}
	digest := sha256.Sum256([]byte(strings.Join(names, "\n")))
	return append([]byte("done"), digest[:16]...)
}

// splitTokens are the tokens of the parts. What joinedTokens did not make belongs to no part.
func splitTokens(token []byte, count int) [][]byte {
	var tokens [][]byte
	if rest, isOurs := bytes.CutPrefix(token, []byte(tokensPrefix)); isOurs {
		for len(rest) >= 4 {
			size := min(int(binary.BigEndian.Uint32(rest)), len(rest)-4)
			tokens = append(tokens, rest[4:4+size])
			rest = rest[4+size:]
		}
	}
	if len(tokens) != count {
		return make([][]byte, count)
	}
	return tokens
}

// joinedTokens are the tokens of the parts as one. A part that was not begun keeps its token of before.
func joinedTokens(everybody []requests.Recipient, limit int, outcomes []*Result, before []byte) []byte {
	joined := []byte(tokensPrefix)
	tokens := splitTokens(before, len(outcomes))
	for index, outcome := range outcomes {
		token := tokens[index]
		switch {
		case outcome == nil:
		case outcome.Err != nil:
			token = outcome.Err.ResumeToken
		default:
			token = append(done(chunkOf(everybody, limit, index)), outcome.Delivery.EventID...)
		}
		joined = binary.BigEndian.AppendUint32(joined, uint32(len(token)))
		joined = append(joined, token...)
	}
	return joined
}

// combined is the result of an event of those of all its parts. nil: that one was not begun. An
// error has the kind of the first part that must not be repeated, or else of the first that failed.
func combined(event *Event, limit int, outcomes []*Result) Result {
	var deliveries []*Delivery
	var failed []*Error
	for _, outcome := range outcomes {
		switch {
		case outcome == nil:
		case outcome.Err != nil:
			failed = append(failed, outcome.Err)
		default:
			deliveries = append(deliveries, outcome.Delivery)
		}
	}
	if len(failed) == 0 {
		return Result{Delivery: merged(deliveries)}
	}
	worst := failed[max(0, slices.IndexFunc(failed, func(one *Error) bool { return !one.Retryable }))]
	whole := *worst
	everybody := requests.Recipients(event.request)
	whole.Key = worst.Key[:strings.LastIndexByte(worst.Key, '/')]
	whole.ResumeToken = joinedTokens(everybody, limit, outcomes, event.request.GetOptions().GetResumeToken())
	whole.EventID = ""
	whole.MaybePublished = len(deliveries) > 0
	whole.RecipientCount = len(everybody)
	whole.AcknowledgedCount, whole.Attempts, whole.FailedRecipients = 0, 0, nil
	for _, one := range deliveries {
		whole.AcknowledgedCount += one.AcknowledgedCount
	}
	for _, one := range failed {
		whole.AcknowledgedCount += one.AcknowledgedCount
		whole.Attempts = max(whole.Attempts, one.Attempts)
		whole.MaybePublished = whole.MaybePublished || one.MaybePublished
		whole.FailedRecipients = append(whole.FailedRecipients, one.FailedRecipients...)
	}
	return Result{Err: &whole}
}
