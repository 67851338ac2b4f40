// Package gateway answers HTTP/JSON requests by unary calls of dino-bridge.
package gateway

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/http/eventsv1"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
)

// New returns a handler that makes its calls on a connection. It refuses a body of more than
// maxBodyBytes, and one that is not application/json: a page in a browser could send that anywhere.
func New(connection *grpc.ClientConn, maxBodyBytes int64) (http.Handler, error) {
	marshaler := &runtime.JSONPb{
		MarshalOptions: protojson.MarshalOptions{UseProtoNames: true, EmitUnpopulated: true},
	}
	mux := runtime.NewServeMux(
		runtime.WithMarshalerOption(runtime.MIMEWildcard, marshaler),
		runtime.WithIncomingHeaderMatcher(incomingHeader),
		runtime.WithOutgoingHeaderMatcher(func(string) (string, bool) { return "", false }),
		runtime.WithErrorHandler(writeError),
		runtime.WithHealthzEndpoint(grpc_health_v1.NewHealthClient(connection)),
	)
	if err := eventsv1.RegisterEventPublisherServiceHandler(context.Background(), mux, connection); err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := bodyOf(w, r, maxBodyBytes)
		if err != nil {
			writeError(r.Context(), mux, marshaler, w, r, err)
			return
		}
		r.Body = io.NopCloser(strings.NewReader(body))
		mux.ServeHTTP(w, r)
	}), nil
}

// incomingHeader says which headers reach the bridge, beside those that the library forwards itself:
// Authorization, Grpc-Timeout and X-Forwarded-For. No caller may name another's certificate.
func incomingHeader(name string) (string, bool) {
	lower := strings.ToLower(name)
	return lower, lower == "traceparent"
}

func bodyOf(w http.ResponseWriter, r *http.Request, maxBytes int64) (string, error) {
	if r.Method != http.MethodPost {
		return "", nil
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return "", &runtime.HTTPStatusError{
			HTTPStatus: http.StatusUnsupportedMediaType,
			Err:        status.Error(codes.InvalidArgument, "Content-Type must be application/json"),
		}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBytes))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return "", requestTooLarge(maxBytes)
	}
	if err != nil {
		return "", status.Error(codes.Canceled, "the body ended early")
	}
	return string(body), nil
}
