// Command dino-http answers HTTP/JSON requests by calls of dino-bridge.
package main

import (
	"context"
	"flag"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/dino-bridge/dino-bridge/clients/http/gateway"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8081", "the `address` to listen at")
	allowRemote := flag.Bool("allow-remote", false, "listen where other machines can reach it")
	maxBody := flag.Int64("max-body-bytes", 8<<20, "the most `bytes` of a body")
	var upstream gateway.Upstream
	flag.StringVar(&upstream.Address, "upstream", "127.0.0.1:50051", "the `address` of the bridge")
	flag.StringVar(&upstream.CAFile, "upstream-ca-file", "", "the bridge's authorities, in a PEM `file`; without it no TLS")
	flag.StringVar(&upstream.CertFile, "upstream-cert-file", "", "a client certificate for the bridge, in a PEM `file`")
	flag.StringVar(&upstream.KeyFile, "upstream-key-file", "", "the key of the client certificate, in a PEM `file`")
	flag.Parse()
	if flag.NArg() > 0 || *maxBody < 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := serve(*listen, *allowRemote, upstream, *maxBody); err != nil {
		log.Fatal("error: ", err)
	}
}

func serve(address string, allowRemote bool, upstream gateway.Upstream, maxBody int64) error {
	connection, err := upstream.Connect()
	if err != nil {
		return err
	}
	defer connection.Close()
	handler, err := gateway.New(connection, maxBody)
	if err != nil {
		return err
	}
	listener, err := gateway.Listen(address, allowRemote)
	if err != nil {
		return err
	}
	log.Printf("listening at %s", listener.Addr())
	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	context.AfterFunc(ended, stop) // A second signal ends it at once.
	return gateway.Serve(ended, listener, handler)
}
