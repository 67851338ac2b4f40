package chart

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"helm.sh/helm/v3/pkg/chart"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	gateway "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/yaml"
)

func TestListensForBothFamiliesOfAddresses(t *testing.T) {
	got := config(t, render(t))
	if got["DINO_GRPC_ADDRESS"] != "[::]:50051" || got["DINO_OPS_ADDRESS"] != "[::]:8080" {
		t.Errorf("%v", got)
	}
}

func TestBrokersMayBeAList(t *testing.T) {
	asList, asText := `config: {mqtt-brokers: ["a:1883", "[2001:db8::1]:8883"]}`, `config: {mqtt-brokers: "a:1883,[2001:db8::1]:8883"}`
	policy := "networkPolicy: {enabled: true}"
	if list, text := render(t, asList, policy), render(t, asText, policy); !reflect.DeepEqual(list, text) {
		t.Errorf("as a list: %v, as text: %v", config(t, list), config(t, text))
	}
}

func TestServiceFieldsReachTheServices(t *testing.T) {
	all := render(t, matrix["extras"])
	service := get[corev1.Service](t, all, "Service/test-dino-bridge")
	headless := get[corev1.Service](t, all, "Service/test-dino-bridge-headless")
	for _, one := range []*corev1.Service{service, headless} {
		if *one.Spec.IPFamilyPolicy != corev1.IPFamilyPolicyRequireDualStack || len(one.Spec.IPFamilies) != 2 ||
			one.Spec.IPFamilies[0] != corev1.IPv6Protocol || one.Labels["exposed"] != "true" {
			t.Errorf("%s: %v %+v", one.Name, one.Labels, one.Spec)
		}
	}
	spec := service.Spec
	if service.Annotations["a.example/internal"] != "true" || spec.Ports[0].NodePort != 30443 ||
		*spec.TrafficDistribution != "PreferClose" || *spec.InternalTrafficPolicy != "Cluster" ||
		spec.ExternalTrafficPolicy != "Local" || *spec.LoadBalancerClass != "a.example/internal" ||
		!reflect.DeepEqual(spec.LoadBalancerSourceRanges, []string{"10.0.0.0/8"}) {
		t.Errorf("%v %+v", service.Annotations, spec)
	}
	if !reflect.DeepEqual(headless.Annotations, map[string]string{"a.example/headless": "true"}) {
		t.Errorf("%v", headless.Annotations)
	}
}

func TestPodsHaveTheirNameServersAndInitContainers(t *testing.T) {
	spec := deployment(t, render(t, matrix["extras"])).Spec.Template.Spec
	if spec.DNSPolicy != corev1.DNSNone || spec.DNSConfig.Nameservers[0] != "10.0.0.10" ||
		len(spec.InitContainers) != 1 || spec.InitContainers[0].Name != "wait" {
		t.Errorf("%+v", spec)
	}
}

func TestExtraObjectsAreTemplates(t *testing.T) {
	all := render(t, matrix["extras"])
	get[corev1.ConfigMap](t, all, "ConfigMap/test-more")
	if text := get[corev1.ConfigMap](t, all, "ConfigMap/test-dino-bridge-text"); text.Labels["team"] != "chat" {
		t.Errorf("%v", text.Labels)
	}
}

func TestNetworkPolicyTakesFurtherRules(t *testing.T) {
	spec := get[networkingv1.NetworkPolicy](t, render(t, matrix["network policy"]),
		"NetworkPolicy/test-dino-bridge").Spec
	in, out := spec.Ingress[len(spec.Ingress)-1], spec.Egress[len(spec.Egress)-1]
	if in.From[0].PodSelector.MatchLabels["app"] != "proxy" || out.To[0].IPBlock.CIDR != "10.2.0.0/16" {
		t.Errorf("%+v %+v", in, out)
	}
}

func TestNetworkPolicyLetsTracesOut(t *testing.T) {
	all := render(t, matrix["network policy"], "config: {traces-endpoint: 'collector.observability.svc:4318'}")
	spec := get[networkingv1.NetworkPolicy](t, all, "NetworkPolicy/test-dino-bridge").Spec
	if len(spec.Egress) != 4 || ports(spec.Egress[2].Ports) != "TCP/4318" {
		t.Errorf("%+v", spec.Egress)
	}
}

func TestRouteLeadsToTheService(t *testing.T) {
	all := render(t, matrix["gateway"])
	route := get[gateway.GRPCRoute](t, all, "GRPCRoute/test-dino-bridge")
	backend := route.Spec.Rules[0].BackendRefs[0]
	service := get[corev1.Service](t, all, "Service/"+string(backend.Name))
	if *backend.Port != gateway.PortNumber(service.Spec.Ports[0].Port) {
		t.Errorf("the route leads to port %d, the Service has %d", *backend.Port, service.Spec.Ports[0].Port)
	}
	if route.Spec.ParentRefs[0].Name != "public" || route.Spec.Hostnames[0] != "bridge.example" ||
		len(route.Spec.Rules[0].Filters) != 1 || route.Labels["exposed"] != "true" ||
		route.Annotations["a.example/owner"] != "chat" {
		t.Errorf("%+v", route)
	}
}

func TestScalesByTheShareOfPendingBytes(t *testing.T) {
	spec := get[autoscalingv2.HorizontalPodAutoscaler](t, render(t, matrix["autoscaling"]),
		"HorizontalPodAutoscaler/test-dino-bridge").Spec
	pods := spec.Metrics[1].Pods
	if pods == nil || pods.Metric.Name != "dino_bridge_pending_bytes_share" ||
		pods.Target.AverageValue.MilliValue() != 500 {
		t.Fatalf("%+v", spec.Metrics)
	}
	_, rest, _ := strings.Cut(read(t, folder+"/README.md"), "```yaml\nrules:\n  custom:\n")
	var adapter []struct {
		Name         struct{ As string }
		MetricsQuery string
	}
	block, _, _ := strings.Cut(rest, "```")
	if err := yaml.Unmarshal([]byte(block), &adapter); err != nil || len(adapter) != 1 || adapter[0].Name.As != pods.Metric.Name {
		t.Fatalf("the README has no rule for it: %v %+v", err, adapter)
	}
	query := strings.NewReplacer("<<.LabelMatchers>>", `namespace="a"`, "<<.GroupBy>>", "pod").Replace(adapter[0].MetricsQuery)
	rules := map[string]any{"groups": []any{map[string]any{"name": "a", "rules": []any{map[string]string{"record": "a", "expr": query}}}}}
	text, err := yaml.Marshal(rules)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("promtool", "check", "rules", "--lint=none", file).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// renderRules renders the alerts with files of these contents.
func renderRules(t *testing.T, contents map[string]string, values string) []monitoring.RuleGroup {
	t.Helper()
	loaded := load(t)
	loaded.Files = slices.DeleteFunc(loaded.Files, func(file *chart.File) bool { return contents[file.Name] != "" })
	for name, text := range contents {
		loaded.Files = append(loaded.Files, &chart.File{Name: name, Data: []byte(text)})
	}
	made := installChart(t, "1.37.0", loaded, merge(t, required, "metrics: {prometheusRule: {enabled: true}}", values))
	if made.err != nil {
		t.Fatal(made.err)
	}
	return get[monitoring.PrometheusRule](t, decode(t, made.manifests), "PrometheusRule/test-dino-bridge").Spec.Groups
}

func TestAlertsOfOthersAndRunbooksAsWanted(t *testing.T) {
	const rule = "    rules:\n      - alert: A\n        expr: up > 0\n" +
		"        annotations:\n          runbook_url: docs/operations.md#a\n"
	contents := map[string]string{"files/alerts.yaml": "groups:\n  - name: of-bridge\n" + rule,
		"files/alerts-outbox.yaml":  "groups:\n  - name: of-outbox\n" + rule,
		"files/alerts-vernemq.yaml": "groups:\n  - name: of-vernemq\n" + rule}
	for values, want := range map[string]string{
		"":                        "of-bridge docs/operations.md#a",
		"alerts: {vernemq: true}": "of-bridge docs/operations.md#a, of-vernemq docs/operations.md#a",
		"outbox: {enabled: true, database: {existingSecret: db}, apiKey: {existingSecret: key}}": "of-bridge docs/operations.md#a, of-outbox docs/operations.md#a",
		"alerts: {vernemq: true, runbookUrl: 'https://wiki.example/bridge'}": "of-bridge https://wiki.example/bridge#a, " +
			"of-vernemq https://wiki.example/bridge#a",
	} {
		var got []string
		for _, group := range renderRules(t, contents, values) {
			got = append(got, group.Name+" "+group.Rules[0].Annotations["runbook_url"])
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%q:\ngot  %s\nwant %s", values, strings.Join(got, ", "), want)
		}
	}
}

func TestArrivalCheckCallsTheService(t *testing.T) {
	for name, wanted := range map[string]string{
		"arrival check": "--address=test-dino-bridge:50051 --check --publish=probe " +
			"--receive-from=vernemq:8883 --receive-topic=dms/prod/probe --mqtt-username=prober " +
			"--key-file=/etc/dino-publish/api-key/key --mqtt-password-file=/etc/dino-publish/mqtt-password/password " +
			"--mqtt-tls-ca-file=/etc/dino-publish/mqtt-tls-ca/ca.crt " +
			"--mqtt-tls-cert-file=/etc/dino-publish/mqtt-tls/tls.crt --mqtt-tls-key-file=/etc/dino-publish/mqtt-tls/tls.key " +
			"--timeout=5s",
		"arrival check with mutual TLS": "--address=test-dino-bridge:50051 --check --publish=probe " +
			"--tls-ca-file=/etc/dino-publish/tls-ca/ca.crt --tls-cert-file=/etc/dino-publish/tls/tls.crt " +
			"--tls-key-file=/etc/dino-publish/tls/tls.key",
	} {
		t.Run(name, func(t *testing.T) {
			all := render(t, matrix[name], "networkPolicy: {enabled: true}")
			job := get[batchv1.CronJob](t, all, "CronJob/test-dino-bridge-check").Spec
			pod := job.JobTemplate.Spec.Template
			if got := strings.Join(pod.Spec.Containers[0].Args, " "); got != wanted {
				t.Errorf("got  %s\nwant %s", got, wanted)
			}
			if *job.JobTemplate.Spec.BackoffLimit != 0 || pod.Spec.RestartPolicy != corev1.RestartPolicyNever ||
				job.ConcurrencyPolicy != batchv1.ForbidConcurrent {
				t.Errorf("a failure may be hidden: %+v", job)
			}
			for _, flag := range pod.Spec.Containers[0].Args {
				_, path, isFile := strings.Cut(flag, "-file=")
				if isFile && mountedFiles(t, pod.Spec)[path] == "" {
					t.Errorf("nothing is mounted for %s", flag)
				}
			}
			if selects(deployment(t, all).Spec.Selector.MatchLabels, pod.Labels) {
				t.Error("the Deployment would take the check for one of its pods")
			}
			from := get[networkingv1.NetworkPolicy](t, all, "NetworkPolicy/test-dino-bridge").Spec.Ingress[2].From
			if !selects(from[1].PodSelector.MatchLabels, pod.Labels) {
				t.Error("the network policy keeps the check out")
			}
		})
	}
}

// Unless they are quoted, YAML takes these for numbers, truth values, maps or comments.
func TestTextsStayTexts(t *testing.T) {
	all := render(t, `
nameOverride: "2024"
fullnameOverride: test-dino-bridge
priorityClassName: "1000"
auth: {existingSecret: "2025", key: "1e3"}
arrivalCheck:
  enabled: true
  topic: "chat: probe"
  apiKey: {existingSecret: "7", key: "on"}
  receive: {broker: "vernemq:1883", username: "prober #1"}
outbox: {enabled: true, database: {existingSecret: "0", key: "0x10"}, apiKey: {existingSecret: "7", key: "on"}}
`)
	for _, problem := range refused(t, all) {
		t.Error(problem)
	}
	if got := mountedFiles(t, deployment(t, all).Spec.Template.Spec)[config(t, all)["DINO_AUTH_KEYS_FILE"]]; got != "2025" {
		t.Errorf("the key file comes from %q", got)
	}
	pod, environment := worker(t, all)
	if got := mountedFiles(t, pod.Spec)[environment["DINO_OUTBOX_DATABASE_FILE"]]; got != "0" {
		t.Errorf("the database's address comes from %q", got)
	}
	job := get[batchv1.CronJob](t, all, "CronJob/test-dino-bridge-check").Spec.JobTemplate.Spec.Template
	for _, want := range []string{"--publish=chat: probe", "--receive-topic=dms/dev/chat: probe",
		"--mqtt-username=prober #1", "--key-file=/etc/dino-publish/api-key/on"} {
		if got := job.Spec.Containers[0].Args; !slices.Contains(got, want) {
			t.Errorf("no %q among %q", want, got)
		}
	}
}

// Calls of the headless Service fail if the last pod that callers know ends before they look again,
// which gRPC does 30 s after the last time at the earliest.
func TestAnOldPodStaysUntilCallersHaveSeenTheNewOne(t *testing.T) {
	spec := deployment(t, render(t)).Spec
	if spec.MinReadySeconds < 30+5 || spec.Strategy.RollingUpdate.MaxUnavailable.IntValue() != 0 {
		t.Errorf("%+v", spec)
	}
}
