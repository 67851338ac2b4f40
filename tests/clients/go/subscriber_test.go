package chat

import (
	"bufio"
	"encoding/hex"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// What mosquitto_sub, which shares nothing with dino-bridge, says of a message.
type received struct {
	topic, qos, payloadFormat, contentType string
	userProperties                         map[string]string
	payload                                string
}

// It writes ESC for \e: that sets messages apart from what else is said.
const messageFormat = `\e%t\e%q\e%F\e%C\e%P\e%x`

func parse(t *testing.T, line string) received {
	t.Helper()
	fields := strings.Split(line[1:], "\x1b")
	if len(fields) != 6 {
		t.Fatalf("cannot read what mosquitto_sub wrote: %q", line)
	}
	properties := make(map[string]string)
	for _, entry := range strings.Fields(fields[4]) {
		name, value, _ := strings.Cut(entry, ":")
		properties[name] = value
	}
	payload, err := hex.DecodeString(fields[5])
	if err != nil {
		t.Fatal(err)
	}
	return received{fields[0], fields[1], fields[2], fields[3], properties, string(payload)}
}

// A subscriber has a subscription to every user's topic, which stands once the object exists.
type subscriber struct {
	t     *testing.T
	lines chan string
}

func subscribe(t *testing.T) subscriber {
	t.Helper()
	command := exec.Command("stdbuf", "-oL", "mosquitto_sub", "-d", "-V", "5", "-h", "127.0.0.1",
		"-p", os.Getenv("STAGE_BROKER_PORT"), "-q", "1", "-t", "dms/dev/+", "-F", messageFormat)
	output, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	// Room for all that a test may leave unread.
	s := subscriber{t, make(chan string, 1000)}
	go func() {
		for scanner := bufio.NewScanner(output); scanner.Scan(); {
			s.lines <- scanner.Text()
		}
		close(s.lines)
	}()
	t.Cleanup(func() {
		command.Process.Kill()
		for range s.lines {
		}
		command.Wait()
	})
	s.nextLine("Subscribed (mid:")
	return s
}

func (s subscriber) next() received {
	s.t.Helper()
	return parse(s.t, s.nextLine("\x1b"))
}

func (s subscriber) nextLine(beginning string) string {
	s.t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case line, open := <-s.lines:
			if !open {
				s.t.Fatal("mosquitto_sub has ended")
			}
			if strings.HasPrefix(line, beginning) {
				return line
			}
		case <-timeout:
			s.t.Fatalf("no line that begins with %q", beginning)
		}
	}
}
