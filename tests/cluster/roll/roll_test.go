// Package roll replaces all replicas of a release as a Deployment does, under callers of both kinds of
// Service, by local processes: pods are bridges at loopback addresses of their own, names come from a
// server in the test, and a Service's one address is a proxy in the test. All times of Kubernetes and
// of gRPC's look-ups are divided by one number.
package roll

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/resolver/dns"

	"dino-bridge/tests/cluster/load"
)

// How much faster time passes.
const faster = 5

var bridge = flag.String("bridge", "", "the program dino-bridge")

func scaled(duration time.Duration) time.Duration { return duration / faster }

func TestMain(m *testing.M) {
	flag.Parse()
	dns.SetMinResolutionInterval(scaled(30 * time.Second)) // gRPC's own, in all its languages.
	os.Exit(m.Run())
}

// chartDefault returns the first part in parentheses of a pattern in a file of the chart.
func chartDefault(t *testing.T, file, pattern string) time.Duration {
	t.Helper()
	text, err := os.ReadFile("../../../helm/dino-bridge/" + file)
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(pattern).FindSubmatch(text)
	if found == nil {
		t.Fatalf("%s has no %s", file, pattern)
	}
	value, err := time.ParseDuration(string(found[1]) + "s")
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// A release, and who knows its pods.
type cluster struct {
	t                     *testing.T
	broker, port, opsPort string
	drainDelay            time.Duration
	started               int
	pods                  []pod
	// What callers of the Service's address, and of the headless Service's name, are led to. kube-proxy
	// hears of a change within a second; name servers cache for five.
	service, headless *endpoints
}

func newCluster(t *testing.T, drainDelay time.Duration) *cluster {
	t.Helper()
	c := &cluster{t: t, broker: startBroker(t), port: freePort(t), opsPort: freePort(t), drainDelay: drainDelay,
		service: &endpoints{late: scaled(time.Second)}, headless: &endpoints{late: scaled(5 * time.Second)}}
	c.replace(c.newPod(), c.newPod())
	within(t, "name servers know the pods", 10*time.Millisecond, func() bool { return len(c.headless.all()) == 2 })
	return c
}

// newPod returns when the pod's readiness was seen.
func (c *cluster) newPod() pod {
	c.t.Helper()
	c.started++
	host := fmt.Sprintf("127.0.0.%d", 10+c.started)
	its := pod{start(c.t, host, *bridge, "--grpc-address="+host+":"+c.port, "--ops-address="+host+":"+c.opsPort,
		"--mqtt-brokers="+c.broker, "--mqtt-client-id-prefix=bridge-"+host, "--drain-timeout=5s",
		"--drain-delay="+scaled(c.drainDelay).String()), host, c.opsPort}
	within(c.t, host+" is ready", scaled(5*time.Second), its.ready)
	return its
}

// replace has others than before serve.
func (c *cluster) replace(pods ...pod) {
	c.pods = pods
	var hosts []string
	for _, one := range c.pods {
		hosts = append(hosts, one.host)
	}
	c.service.set(hosts)
	c.headless.set(hosts)
}

// roll replaces all pods, one more at a time (maxSurge 1, maxUnavailable 0).
func (c *cluster) roll(minReady time.Duration) {
	c.t.Helper()
	var stopping sync.WaitGroup
	for _, old := range slices.Clone(c.pods) {
		c.replace(append(c.pods, c.newPod())...)
		<-time.After(scaled(minReady))
		c.replace(c.pods[1:]...)
		stopping.Go(old.stop)
	}
	stopping.Wait()
}

const roundRobin = `{"loadBalancingConfig": [{"round_robin": {}}]}`

// rollUnderLoad returns what callers of the Service, and of the headless Service, and their users saw.
func rollUnderLoad(c *cluster, roll func()) (service, headless load.Counts) {
	t := c.t
	t.Helper()
	targets := []string{"passthrough:///" + serveAddress(t, c.service, c.port),
		"dns://" + serveNames(t, c.headless) + "/bridge.chat.svc:" + c.port}
	var ledgers []*load.Ledger
	var loads []*load.Load
	for i, target := range targets {
		ledger := load.NewLedger()
		name := []string{"service", "headless"}[i]
		if err := load.Subscribe(t.Context(), load.Subscription{Broker: c.broker, ClientID: name, Filter: "dms/dev/+"}, ledger); err != nil {
			t.Fatal(err)
		}
		started, err := load.Start(func() (*grpc.ClientConn, error) {
			return grpc.NewClient(target, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithNoProxy(),
				grpc.WithDefaultServiceConfig(roundRobin))
		}, name, load.Options{Run: name, Callers: 2, FirstUser: int64(1 + 1000*i), Pause: 50 * time.Millisecond,
			Attempts: 5, Backoff: scaled(100 * time.Millisecond)}, ledger)
		if err != nil {
			t.Fatal(err)
		}
		ledgers, loads = append(ledgers, ledger), append(loads, started)
	}
	roll()
	for _, ledger := range ledgers {
		enough := ledger.OK() + 200
		within(t, "calls reach the new pods", 10*time.Millisecond, func() bool { return ledger.OK() > enough })
	}
	for _, one := range loads {
		one.Stop()
	}
	return ledgers[0].Settle(patience), ledgers[1].Settle(patience)
}

func TestADefaultRollLosesNothing(t *testing.T) {
	minReady := chartDefault(t, "values.yaml", `(?m)^minReadySeconds: (\d+)$`)
	drainDelay := chartDefault(t, "templates/_settings.tpl", `"drain-delay" "(\d+)s"`)
	c := newCluster(t, drainDelay)
	service, headless := rollUnderLoad(c, func() { c.roll(minReady) })
	for name, counts := range map[string]load.Counts{"Service": service, "headless Service": headless} {
		t.Logf("%s: %v", name, counts)
		if !counts.Clean() {
			t.Errorf("%s: %v", name, counts)
		}
	}
}

// The test above is worth something only if it notices callers who know no pod any more.
func TestARollFasterThanLookUpsCutsCallersOff(t *testing.T) {
	c := newCluster(t, 0)
	old := c.pods
	next := []pod{c.newPod(), c.newPod()}
	_, headless := rollUnderLoad(c, func() {
		c.replace(next...)
		var stopping sync.WaitGroup
		for _, one := range old {
			stopping.Go(one.stop)
		}
		stopping.Wait()
	})
	t.Logf("%v", headless)
	if headless.Failed == 0 {
		t.Error("no call failed")
	}
	if headless.Lost+headless.Doubled+headless.Swapped != 0 {
		t.Error("a failed call is not honest")
	}
}
