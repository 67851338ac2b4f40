package gateway

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// statusWith posts a request with a header through a gateway, to a bridge that has no such method.
func statusWith(t *testing.T, gateway *httptest.Server, name, value string) int {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, gateway.URL+"/v1/PublishMessage", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set(name, value)
	response, err := gateway.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

func TestHeadersThatTheBridgeCannotTakeAreRefused(t *testing.T) {
	_, address := startBridge(t, "127.0.0.1:0")
	connection, err := Upstream{Address: address}.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	handler, err := New(connection, 1<<10)
	if err != nil {
		t.Fatal(err)
	}
	gateway := httptest.NewServer(handler)
	defer gateway.Close()
	long := strings.Repeat("x", mostForwardedBytes)
	for _, one := range []struct {
		header, value string
		want          int
	}{
		{"Authorization", "Bearer key", http.StatusNotImplemented},
		{"Authorization", "Bearer sch\xf6n", http.StatusBadRequest},
		{"Authorization", "Bearer " + long, http.StatusRequestHeaderFieldsTooLarge},
		{"X-Forwarded-For", "10.0.0.1,\t10.0.0.2", http.StatusBadRequest},
		{"X-Forwarded-For", long, http.StatusRequestHeaderFieldsTooLarge},
		{"X-Forwarded-Host", "sch\xf6n.example", http.StatusBadRequest},
		{"Traceparent", "sch\xf6n", http.StatusNotImplemented},
		{"Traceparent", long, http.StatusRequestHeaderFieldsTooLarge},
	} {
		if got := statusWith(t, gateway, one.header, one.value); got != one.want {
			t.Errorf("%s of %d bytes: got %d, want %d", one.header, len(one.value), got, one.want)
		}
	}
}
