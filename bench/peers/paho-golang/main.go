// Publishes events with paho.golang, and awaits every acknowledgement.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/url"
	"os"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/paho"
)

const (
	library   = "github.com/eclipse/paho.golang"
	firstUser = 1_000_000
	// Concurrent publications of one event. More goroutines cost more than they gain.
	workers = 64
)

var (
	port        = flag.Int("port", 1883, "the broker's port")
	topics      = flag.Int("topics", 1000, "topics of one event")
	inProgress  = flag.Int("in_progress", 8, "events at a time")
	warmUp      = flag.Float64("warm_up", 0.5, "in seconds")
	duration    = flag.Float64("duration", 2, "in seconds")
	payloadFile = flag.String("payload_file", "", "what to publish")
)

// span counts acknowledgements between a warm-up and an end. It is safe for concurrent use.
type span struct {
	mutex             sync.Mutex
	begin, start, end time.Time
	cpu               time.Duration
	count             int
}

func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func (s *span) add() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now := time.Now()
	switch {
	case !s.end.IsZero():
	case !s.start.IsZero():
		s.count++
		if now.Sub(s.start).Seconds() >= *duration {
			s.end = now
			s.cpu = cpuTime() - s.cpu
		}
	case s.begin.IsZero():
		s.begin = now
	case now.Sub(s.begin).Seconds() >= *warmUp:
		s.start = now
		s.cpu = cpuTime()
	}
}

func (s *span) ended() bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return !s.end.IsZero()
}

func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == library {
			return module.Version
		}
	}
	return "unknown"
}

func (s *span) print() error {
	seconds := s.end.Sub(s.start).Seconds()
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"program": "paho.golang", "version": version(), "acknowledged": s.count, "seconds": seconds,
		"acknowledged_per_second": float64(s.count) / seconds,
		"cpu_us_per_publication":  float64(s.cpu.Microseconds()) / float64(s.count),
	})
}

// publishEvents publishes one event after the other, each to all topics.
func publishEvents(ctx context.Context, c *autopaho.ConnectionManager, topics []string, payload []byte, s *span) {
	for !s.ended() {
		next := make(chan string)
		var all sync.WaitGroup
		for range workers {
			all.Add(1)
			go func() {
				defer all.Done()
				for topic := range next {
					publish := &paho.Publish{QoS: 1, Topic: topic, Payload: payload}
					if _, err := c.Publish(ctx, publish); err != nil {
						log.Fatal(err)
					}
					s.add()
				}
			}()
		}
		for _, topic := range topics {
			next <- topic
		}
		close(next)
		all.Wait()
	}
}

func run() error {
	payload, err := os.ReadFile(*payloadFile)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	broker := &url.URL{Scheme: "mqtt", Host: fmt.Sprintf("127.0.0.1:%d", *port)}
	connection, err := autopaho.NewConnection(ctx, autopaho.ClientConfig{
		ServerUrls:                    []*url.URL{broker},
		KeepAlive:                     30,
		CleanStartOnInitialConnection: true,
		ClientConfig: paho.ClientConfig{
			ClientID: "paho-golang-publisher",
		},
	})
	if err != nil {
		return err
	}
	if err := connection.AwaitConnection(ctx); err != nil {
		return err
	}
	var s span
	var all sync.WaitGroup
	for place := range *inProgress {
		names := make([]string, *topics)
		for i := range names {
			names[i] = fmt.Sprintf("dms/dev/%d", firstUser+place**topics+i)
		}
		all.Add(1)
		go func() {
			defer all.Done()
			publishEvents(ctx, connection, names, payload, &s)
		}()
	}
	all.Wait()
	return s.print()
}

func main() {
	flag.Parse()
	if err := run(); err != nil {
		log.Fatal(err)
	}
}
