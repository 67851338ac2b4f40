package dinoevents

import (
	"bytes"
	"context"
	"log/slog"
	"maps"
	"time"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Option is an option of [New].
type Option interface{ applyPublisher(*settings) }

// EventOption is how to publish an event.
type EventOption interface {
	applyEvent(*Event, *eventsv1.PublishOptions)
}

// StreamOption is an option of [Publisher.Stream] and [Publisher.PublishAll].
type StreamOption interface{ applyStream(*streamSettings) }

// BatchOption is an option of [Publisher.PublishBatch].
type BatchOption interface{ applyBatch(*batchSettings) }

type settings struct {
	tls         *TLS
	apiKey      string
	apiKeyFile  string
	timeout     time.Duration
	policy      Policy
	recipients  int
	hooks       Hooks
	logger      *slog.Logger
	traceparent func(context.Context) string
	dialOptions []grpc.DialOption
}

type streamSettings struct {
	window    int
	unordered bool
}

type batchSettings struct{ unordered bool }

type publisherOption func(*settings)

func (o publisherOption) applyPublisher(s *settings) { o(s) }

type eventOption func(*eventsv1.PublishOptions)

func (o eventOption) applyEvent(_ *Event, options *eventsv1.PublishOptions) { o(options) }

// WithTLS encrypts the connections. Default: no TLS.
func WithTLS(files TLS) Option { return publisherOption(func(s *settings) { s.tls = &files }) }

// WithAPIKeyFile sends the API key that is in a file, which is read again when it changes.
func WithAPIKeyFile(file string) Option {
	return publisherOption(func(s *settings) { s.apiKeyFile = file })
}

// WithAPIKey sends this API key.
func WithAPIKey(key string) Option { return publisherOption(func(s *settings) { s.apiKey = key }) }

// WithMaxRecipients is the server's setting max-recipients, if that is not 10,000. Events with more
// recipients are published in parts.
func WithMaxRecipients(count int) Option {
	return publisherOption(func(s *settings) { s.recipients = count })
}

// WithPolicy replaces [DefaultPolicy].
func WithPolicy(policy Policy) Option {
	return publisherOption(func(s *settings) { s.policy = policy })
}

// WithHooks tells what happens, for metrics.
func WithHooks(hooks Hooks) Option { return publisherOption(func(s *settings) { s.hooks = hooks }) }

// WithLogger replaces [slog.Default]. Retries have the level debug.
func WithLogger(logger *slog.Logger) Option {
	return publisherOption(func(s *settings) { s.logger = logger })
}

// WithTraceparent passes the trace context on to subscribers: get returns the W3C traceparent of a
// context, or "" if it has none. With OpenTelemetry:
//
//	func(ctx context.Context) string {
//		carrier := propagation.MapCarrier{}
//		propagation.TraceContext{}.Inject(ctx, carrier)
//		return carrier["traceparent"]
//	}
func WithTraceparent(get func(context.Context) string) Option {
	return publisherOption(func(s *settings) { s.traceparent = get })
}

// WithDialOptions adds options of gRPC, which win over those of the package.
func WithDialOptions(options ...grpc.DialOption) Option {
	return publisherOption(func(s *settings) { s.dialOptions = append(s.dialOptions, options...) })
}

// TimeoutOption is made by [WithTimeout].
type TimeoutOption time.Duration

// WithTimeout is how long an event may take, with all its attempts: for a publisher the default of
// all its events (the policy's 30 s otherwise), for an event its own. An earlier deadline of the
// context of a call or a batch counts too.
func WithTimeout(timeout time.Duration) TimeoutOption { return TimeoutOption(timeout) }

func (o TimeoutOption) applyPublisher(s *settings) { s.timeout = time.Duration(o) }

func (o TimeoutOption) applyEvent(e *Event, _ *eventsv1.PublishOptions) { e.timeout = time.Duration(o) }

// WithKey sets the idempotency key: at most 128 bytes of visible ASCII, new for each event. Give
// one, such as the ID of a row, if the event must survive this process: a call with the same key and
// the same event, its IDs and times too, completes it. Default: a random UUID.
func WithKey(key string) EventOption {
	return eventOption(func(o *eventsv1.PublishOptions) { o.IdempotencyKey = key })
}

// WithResumeToken gives back what the [Error] of an earlier call for the event had.
func WithResumeToken(token []byte) EventOption {
	return eventOption(func(o *eventsv1.PublishOptions) { o.ResumeToken = bytes.Clone(token) })
}

// WithExpiry is how long the broker keeps the event for a subscriber who is offline: 1 s to 2^32-1 s.
// Default: the server's setting default-expiry.
func WithExpiry(expiry time.Duration) EventOption {
	return eventOption(func(o *eventsv1.PublishOptions) { o.Expiry = durationpb.New(expiry) })
}

// WithUserProperties sets MQTT user properties of the PUBLISH, beside those of the service, for all
// recipients: at most 8, with names of 1 to 64 of A-Z, a-z, 0-9, "_", "." and "-", none of the service's and
// none that begins with "dino", and values of at most 256 bytes. Default: none.
func WithUserProperties(properties map[string]string) EventOption {
	return eventOption(func(o *eventsv1.PublishOptions) { o.UserProperties = maps.Clone(properties) })
}

// WithQoS sets the MQTT quality of service. Default: AtLeastOnce.
func WithQoS(qos QoS) EventOption {
	return eventOption(func(o *eventsv1.PublishOptions) { o.Qos = qos })
}

// WithResultDetail lists recipients in Delivery.Results. Default: none.
func WithResultDetail(detail ResultDetail) EventOption {
	return eventOption(func(o *eventsv1.PublishOptions) { o.ResultDetail = detail })
}

// WithValidateOnly checks the event and publishes nothing.
func WithValidateOnly() EventOption {
	return eventOption(func(o *eventsv1.PublishOptions) { o.ValidateOnly = true })
}

// OrderOption is made by [Unordered].
type OrderOption struct{}

// Unordered sends all events at once, which is faster. By default an event is sent when the one
// before it for the same recipient was acknowledged: one that must be repeated can then not come
// behind a later one.
func Unordered() OrderOption { return OrderOption{} }

func (OrderOption) applyStream(s *streamSettings) { s.unordered = true }
func (OrderOption) applyBatch(s *batchSettings)   { s.unordered = true }

type windowOption int

func (o windowOption) applyStream(s *streamSettings) { s.window = int(o) }

// WithWindow is how many events of a stream may be open at a time; a further one waits for room.
// Default: 1,000.
func WithWindow(events int) StreamOption { return windowOption(events) }
