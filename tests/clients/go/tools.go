//go:build tools

// What is needed to make the client, and not to run it.
package chat

import (
	_ "github.com/gogo/googleapis/google/rpc"
	_ "google.golang.org/grpc/cmd/protoc-gen-go-grpc"
	_ "google.golang.org/protobuf/cmd/protoc-gen-go"
)
