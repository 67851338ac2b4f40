package chart

import (
	"reflect"
	"strings"
	"testing"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// worker returns the pod of the outbox's worker, and its environment.
func worker(t *testing.T, all manifests) (corev1.PodTemplateSpec, map[string]string) {
	t.Helper()
	pod := get[appsv1.Deployment](t, all, "Deployment/test-dino-bridge-outbox").Spec.Template
	environment := map[string]string{}
	for _, one := range pod.Spec.Containers[0].Env {
		environment[one.Name] = one.Value
	}
	return pod, environment
}

func TestTheOutboxHasItsSettings(t *testing.T) {
	for name, wanted := range map[string]map[string]string{
		"outbox": {
			"ADDRESS": "test-dino-bridge-headless:50051", "API_KEY_FILE": "/etc/dino-outbox/api-key/api-key",
			"BATCH_EVENTS": "1000", "DATABASE_FILE": "/etc/dino-outbox/database/url", "LANES": "4",
			"MAX_RECIPIENTS": "20000", "ON_FAILURE": "block", "OPS_ADDRESS": "[::]:8081", "POLL_INTERVAL": "500ms",
		},
		"outbox with mutual TLS": {
			"ADDRESS":       "test-dino-bridge-headless:50051",
			"DATABASE_FILE": "/etc/dino-outbox/database/database", "OPS_ADDRESS": "[::]:8081",
			"TLS_CA_FILE": "/etc/dino-outbox/tls-ca/ca.crt", "TLS_CERT_FILE": "/etc/dino-outbox/tls/tls.crt",
			"TLS_KEY_FILE": "/etc/dino-outbox/tls/tls.key",
		},
	} {
		t.Run(name, func(t *testing.T) {
			pod, environment := worker(t, render(t, matrix[name]))
			want := map[string]string{}
			for setting, value := range wanted {
				want["DINO_OUTBOX_"+setting] = value
			}
			if !reflect.DeepEqual(environment, want) {
				t.Errorf("got  %v\nwant %v", environment, want)
			}
			for variable, path := range environment {
				if strings.HasSuffix(variable, "_FILE") && mountedFiles(t, pod.Spec)[path] == "" {
					t.Errorf("nothing is mounted for %s", variable)
				}
			}
		})
	}
}

func TestTheOutboxIsApartFromTheServers(t *testing.T) {
	all := render(t, matrix["outbox"])
	pod, _ := worker(t, all)
	if selects(deployment(t, all).Spec.Selector.MatchLabels, pod.Labels) {
		t.Error("the Deployment would take the worker for one of its pods")
	}
	if selects(get[corev1.Service](t, all, "Service/test-dino-bridge").Spec.Selector, pod.Labels) {
		t.Error("callers would reach the worker")
	}
	if selects(get[monitoring.PodMonitor](t, all, "PodMonitor/test-dino-bridge").Spec.Selector.MatchLabels, pod.Labels) {
		t.Error("its metrics would count as the server's")
	}
	monitor := get[monitoring.PodMonitor](t, all, "PodMonitor/test-dino-bridge-outbox")
	if !selects(monitor.Spec.Selector.MatchLabels, pod.Labels) || monitor.Labels["release"] != "prometheus" {
		t.Errorf("its own monitor: %v %+v", monitor.Labels, monitor.Spec)
	}
	from := get[networkingv1.NetworkPolicy](t, all, "NetworkPolicy/test-dino-bridge").Spec.Ingress[2].From
	if !selects(from[2].PodSelector.MatchLabels, pod.Labels) {
		t.Error("the network policy keeps the worker out")
	}
}

func TestTheOutboxHasAnImageOfItsOwn(t *testing.T) {
	for name, want := range map[string]string{
		"outbox": "dino-outbox:" + load(t).Metadata.AppVersion, "outbox with mutual TLS": "registry.example/chat/dino-outbox:1",
	} {
		pod, _ := worker(t, render(t, matrix[name]))
		if got := pod.Spec.Containers[0].Image; got != want {
			t.Errorf("%s: %s instead of %s", name, got, want)
		}
	}
}

func TestTheOutboxOfTheDocument(t *testing.T) {
	_, rest, found := strings.Cut(read(t, root+"/docs/outbox.md"), "```yaml\n")
	values, _, ended := strings.Cut(rest, "```")
	if !found || !ended {
		t.Fatal("docs/outbox.md has no values")
	}
	all := render(t, values)
	_, environment := worker(t, all)
	if environment["DINO_OUTBOX_DATABASE_FILE"] == "" || environment["DINO_OUTBOX_API_KEY_FILE"] == "" {
		t.Errorf("%v", environment)
	}
	for _, problem := range append(refused(t, all), tooFree(t, all)...) {
		t.Error(problem)
	}
}

func TestAServiceMonitorCoversTheOutboxToo(t *testing.T) {
	all := render(t, matrix["outbox with mutual TLS"])
	get[monitoring.PodMonitor](t, all, "PodMonitor/test-dino-bridge-outbox")
	get[monitoring.ServiceMonitor](t, all, "ServiceMonitor/test-dino-bridge")
}
