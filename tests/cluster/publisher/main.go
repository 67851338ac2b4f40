// Publisher publishes to a bridge until its standard input ends, then says what went wrong: its exit
// status is 0 only if nothing failed, was lost, doubled or swapped.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	"dino-bridge/tests/cluster/load"
)

const roundRobin = `{"loadBalancingConfig": [{"round_robin": {}}]}`

func main() {
	service := flag.String("service", "", "host:port of the Service")
	headless := flag.String("headless", "", "host:port of the headless Service")
	broker := flag.String("broker", "", "host:port of a broker")
	user := flag.String("user", "", "the subscriber's name at the broker; its password is in $MQTT_PASSWORD")
	filter := flag.String("filter", "dms/dev/+", "where events arrive")
	callers := flag.Int("callers", 2, "callers of each kind for each Service")
	mayDouble := flag.Bool("may-double", false, "whether copies are no failure, as where a pod is killed and answers are lost")
	pause := flag.Duration("pause", 20*time.Millisecond, "between two calls of a caller")
	flag.Parse()

	ledger := load.NewLedger()
	run := strconv.FormatInt(time.Now().UnixNano(), 36)
	if err := load.Subscribe(context.Background(), load.Subscription{Broker: *broker, User: *user,
		Password: os.Getenv("MQTT_PASSWORD"), Filter: *filter, ClientID: "dino-cluster-test-" + run}, ledger); err != nil {
		end("cannot subscribe", err)
	}
	var loads []*load.Load
	for i, target := range []string{*service, "dns:///" + *headless} {
		started, err := load.Start(func() (*grpc.ClientConn, error) { return dial(target) }, []string{"service", "headless"}[i],
			load.Options{Run: run, Callers: *callers, FirstUser: int64(1+i) * 1_000_000, Pause: *pause, Attempts: 5,
				Backoff: 100 * time.Millisecond}, ledger)
		if err != nil {
			end("cannot call", err)
		}
		loads = append(loads, started)
	}
	fmt.Println("publishing")
	io.Copy(io.Discard, os.Stdin)
	for _, one := range loads {
		one.Stop()
	}
	counts := ledger.Settle(30 * time.Second)
	fmt.Println(counts)
	if *mayDouble {
		counts.Doubled = 0
	}
	if !counts.Clean() {
		os.Exit(1)
	}
}

func end(what string, err error) {
	fmt.Fprintf(os.Stderr, "error: %s: %v\n", what, err)
	os.Exit(2)
}

// dial uses the API key in $DINO_API_KEY, if there is one.
func dial(target string) (*grpc.ClientConn, error) {
	options := []grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())}
	if strings.HasPrefix(target, "dns:///") {
		options = append(options, grpc.WithDefaultServiceConfig(roundRobin))
	}
	if key := os.Getenv("DINO_API_KEY"); key != "" {
		options = append(options,
			grpc.WithUnaryInterceptor(func(ctx context.Context, method string, request, reply any, conn *grpc.ClientConn,
				invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
				return invoke(withKey(ctx, key), method, request, reply, conn, options...)
			}),
			grpc.WithStreamInterceptor(func(ctx context.Context, description *grpc.StreamDesc, conn *grpc.ClientConn,
				method string, stream grpc.Streamer, options ...grpc.CallOption) (grpc.ClientStream, error) {
				return stream(withKey(ctx, key), description, conn, method, options...)
			}))
	}
	return grpc.NewClient(target, options...)
}

func withKey(ctx context.Context, key string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+key)
}
