package dinoevents

import (
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
)

// Room beyond the 4 MiB that a response of the service has at most.
const mostResponseBytes = 8 << 20

// dialTarget is the gRPC target of "host:port", of several of them, or of a target with a scheme.
func dialTarget(target string) (string, error) {
	if strings.Contains(target, "://") || strings.HasPrefix(target, "unix:") {
		return target, nil
	}
	_, err := hostsOf(target)
	return "dns:///" + strings.ReplaceAll(target, " ", ""), err
}

func connect(target string, chosen *settings) (*grpc.ClientConn, error) {
	uri, err := dialTarget(target)
	if err != nil {
		return nil, err
	}
	transport := insecure.NewCredentials()
	if chosen.tls != nil {
		files, err := newFileTLS(*chosen.tls, chosen.logger)
		if err != nil {
			return nil, err
		}
		transport = files
	}
	options := []grpc.DialOption{
		grpc.WithTransportCredentials(transport),
		grpc.WithUserAgent("dinoevents-go/" + Version),
		grpc.WithDisableRetry(), // Ours give the resume token back.
	}
	options = append(options, chosen.policy.Connection.DialOptions()...)
	return grpc.NewClient(uri, append(options, chosen.dialOptions...)...)
}

// DialOptions are those of any connection to the service: calls go to all servers in turn, a dead
// connection is noticed, and a server that is back, or new behind its name, is called within a second or two.
func (c ConnectionPolicy) DialOptions() []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithResolvers(addressBuilder{}),
		grpc.WithDefaultServiceConfig(`{"loadBalancingConfig": [{"round_robin": {}}]}`),
		grpc.WithDisableServiceConfig(),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{
			Time: c.KeepAliveTime, Timeout: c.KeepAliveTimeout,
		}),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff: backoff.Config{
				BaseDelay: c.ReconnectInitial, Multiplier: 1.6, Jitter: 0.2, MaxDelay: c.ReconnectMaximum,
			},
			MinConnectTimeout: c.ConnectTimeout,
		}),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(mostResponseBytes)),
	}
}
