package gateway

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strconv"

	eventsv1 "github.com/dino-bridge/dino-bridge/clients/go/dino/events/v1"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

var tooLarge = eventsv1.ErrorReason_REQUEST_TOO_LARGE.String()

func requestTooLarge(maxBytes int64) error {
	failure := status.New(codes.InvalidArgument, fmt.Sprintf("the body is too large: the limit is %d bytes", maxBytes))
	detailed, err := failure.WithDetails(&errdetails.ErrorInfo{Reason: tooLarge, Domain: "dino.events"})
	if err != nil {
		return err
	}
	return detailed.Err()
}

// writeError writes the google.rpc.Status of an error as JSON. Its details can be read because their
// packages are linked with the program: those of errdetails, and eventsv1 for PublishFailure.
func writeError(ctx context.Context, mux *runtime.ServeMux, marshaler runtime.Marshaler, w http.ResponseWriter,
	r *http.Request, err error) {
	for _, detail := range status.Convert(err).Details() {
		switch detail := detail.(type) {
		case *errdetails.RetryInfo:
			seconds := math.Ceil(detail.RetryDelay.AsDuration().Seconds())
			w.Header().Set("Retry-After", strconv.Itoa(max(1, int(seconds))))
		case *errdetails.ErrorInfo:
			if detail.Reason == tooLarge {
				err = &runtime.HTTPStatusError{HTTPStatus: http.StatusRequestEntityTooLarge, Err: err}
			}
		}
	}
	runtime.DefaultHTTPErrorHandler(ctx, mux, marshaler, w, r, err)
}

// writeRoutingError writes that there is no such path, or that it is for another HTTP method: the
// library would answer that with 501.
func writeRoutingError(ctx context.Context, mux *runtime.ServeMux, marshaler runtime.Marshaler, w http.ResponseWriter,
	r *http.Request, httpStatus int) {
	if httpStatus != http.StatusMethodNotAllowed {
		runtime.DefaultRoutingErrorHandler(ctx, mux, marshaler, w, r, httpStatus)
		return
	}
	allowed := http.MethodPost
	if r.URL.Path == "/healthz" {
		allowed = http.MethodGet
	}
	w.Header().Set("Allow", allowed)
	writeError(ctx, mux, marshaler, w, r, &runtime.HTTPStatusError{
		HTTPStatus: httpStatus,
		Err:        status.Errorf(codes.Unimplemented, "this path is for %s", allowed),
	})
}
