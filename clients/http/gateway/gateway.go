// Package gateway answers HTTP/JSON requests by unary calls of dino-bridge.
package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strings"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/http/eventsv1"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// New returns a handler that makes its calls on a connection. It refuses a body of more than
// maxBodyBytes, and one that is not application/json: a page in a browser could send that anywhere.
func New(connection *grpc.ClientConn, maxBodyBytes int64) (http.Handler, error) {
	marshaler := &strictJSON{runtime.JSONPb{
		MarshalOptions: protojson.MarshalOptions{UseProtoNames: true, EmitUnpopulated: true},
	}}
	mux := runtime.NewServeMux(
		runtime.WithMarshalerOption(runtime.MIMEWildcard, marshaler),
		runtime.WithIncomingHeaderMatcher(incomingHeader),
		runtime.WithOutgoingHeaderMatcher(func(string) (string, bool) { return "", false }),
		runtime.WithErrorHandler(writeError),
		runtime.WithRoutingErrorHandler(writeRoutingError),
		runtime.WithHealthzEndpoint(grpc_health_v1.NewHealthClient(connection)),
	)
	if err := eventsv1.RegisterEventPublisherServiceHandler(context.Background(), mux, connection); err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := bodyOf(w, r, maxBodyBytes)
		if err == nil {
			err = checkTimeout(r.Header.Get("Grpc-Timeout"))
		}
		if err == nil {
			err = checkForwarded(r)
		}
		if err != nil {
			writeError(r.Context(), mux, marshaler, response{w}, r, err)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		mux.ServeHTTP(response{w}, r)
	}), nil
}

// incomingHeader says which headers reach the bridge, beside those that the library forwards itself:
// Authorization, Grpc-Timeout, X-Forwarded-For and X-Forwarded-Host. No caller may name another's
// certificate.
func incomingHeader(name string) (string, bool) {
	lower := strings.ToLower(name)
	return lower, lower == "traceparent"
}

// mostForwardedBytes is for all headers that reach the bridge, half of what it takes by default.
const mostForwardedBytes = 4 << 10

// checkForwarded refuses headers that gRPC cannot send: it would call them an internal error.
func checkForwarded(r *http.Request) error {
	size := len(r.Host)
	for _, name := range []string{"Authorization", "Traceparent", "X-Forwarded-For", "X-Forwarded-Host"} {
		for _, value := range r.Header.Values(name) {
			size += len(value)
			// The library leaves out a trace context that is no text.
			if name != "Traceparent" && strings.IndexFunc(value, isNotPrintable) >= 0 {
				return status.Errorf(codes.InvalidArgument, "%s must be of printable ASCII", strings.ToLower(name))
			}
		}
	}
	if size > mostForwardedBytes {
		err := status.Errorf(codes.InvalidArgument, "the headers for the bridge exceed %d bytes", mostForwardedBytes)
		return &runtime.HTTPStatusError{HTTPStatus: http.StatusRequestHeaderFieldsTooLarge, Err: err}
	}
	return nil
}

func isNotPrintable(r rune) bool { return r < ' ' || r > '~' }

// timeoutPattern leaves out what the library takes for another time: 0 for none, and what overflows.
var timeoutPattern = regexp.MustCompile(`^0*[1-9][0-9]{0,5}H$|^0*[1-9][0-9]{0,7}[MSmun]$`)

func checkTimeout(timeout string) error {
	if timeout == "" || timeoutPattern.MatchString(timeout) {
		return nil
	}
	return status.Error(codes.InvalidArgument, "grpc-timeout must be a number from 1 and H, M, S, m, u or n, such as 2500m")
}

func bodyOf(w http.ResponseWriter, r *http.Request, maxBytes int64) ([]byte, error) {
	if r.Method != http.MethodPost {
		return nil, nil
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, &runtime.HTTPStatusError{
			HTTPStatus: http.StatusUnsupportedMediaType,
			Err:        status.Error(codes.InvalidArgument, "Content-Type must be application/json"),
		}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBytes))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, requestTooLarge(maxBytes)
	}
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, "the body ended early, or took too long")
	}
	return body, nil
}

// strictJSON refuses what follows the JSON of a request, which the library does not look at.
type strictJSON struct{ runtime.JSONPb }

// NewDecoder reads one request. An empty body is a request without fields.
func (s *strictJSON) NewDecoder(r io.Reader) runtime.Decoder {
	return runtime.DecoderFunc(func(request any) error {
		body, err := io.ReadAll(r)
		if err != nil || len(bytes.TrimSpace(body)) == 0 {
			return err
		}
		message, ok := request.(proto.Message)
		if !ok {
			return fmt.Errorf("%T is not a message", request)
		}
		return s.UnmarshalOptions.Unmarshal(body, message)
	})
}
