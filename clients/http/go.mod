// HTTP/JSON for callers without gRPC.
module github.com/dino-bridge/dino-bridge/clients/http

go 1.25.0

replace github.com/dino-bridge/dino-bridge/clients/go => ../go

require (
	github.com/dino-bridge/dino-bridge/clients/go v0.1.0
	github.com/grpc-ecosystem/grpc-gateway/v2 v2.27.8
	google.golang.org/genproto/googleapis/rpc v0.0.0-20260706201446-f0a921348800
	google.golang.org/grpc v1.84.0
	google.golang.org/protobuf v1.36.12
)

require (
	golang.org/x/net v0.57.0 // indirect
	golang.org/x/sys v0.47.0 // indirect
	golang.org/x/text v0.40.0 // indirect
	google.golang.org/genproto/googleapis/api v0.0.0-20260706201446-f0a921348800 // indirect
)
