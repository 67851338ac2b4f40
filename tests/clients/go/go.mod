module dino-bridge/tests/clients/go

go 1.22.0

replace github.com/dino-bridge/dino-bridge/clients/go => ../../../clients/go

require (
	github.com/dino-bridge/dino-bridge/clients/go v0.1.0
	google.golang.org/genproto/googleapis/rpc v0.0.0-20250115164207-1a7da9e5054f
	google.golang.org/grpc v1.71.1
	google.golang.org/protobuf v1.36.6
)

require (
	golang.org/x/net v0.34.0 // indirect
	golang.org/x/sys v0.29.0 // indirect
	golang.org/x/text v0.21.0 // indirect
)
