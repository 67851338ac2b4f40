package dinoevents

import (
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
)

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
	policy := chosen.policy.Connection
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
		grpc.WithResolvers(addressBuilder{}),
		// Calls go to all servers in turn.
		grpc.WithDefaultServiceConfig(`{"loadBalancingConfig": [{"round_robin": {}}]}`),
		grpc.WithDisableServiceConfig(),
		grpc.WithDisableRetry(), // Ours give the resume token back.
		// A dead connection is noticed.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{
			Time: policy.KeepAliveTime, Timeout: policy.KeepAliveTimeout,
		}),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff: backoff.Config{
				BaseDelay: policy.ReconnectInitial, Multiplier: 1.6, Jitter: 0.2, MaxDelay: policy.ReconnectMaximum,
			},
			MinConnectTimeout: policy.ConnectTimeout,
		}),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(mostResponseBytes)),
	}
	return grpc.NewClient(uri, append(options, chosen.dialOptions...)...)
}
