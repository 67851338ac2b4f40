package chart

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/labels"
)

func selects(selector map[string]string, its map[string]string) bool {
	return labels.SelectorFromSet(selector).Matches(labels.Set(its))
}

// Whatever selects pods must mean the servers, and never the pod of `helm test`.
func TestSelectorsMeanTheServers(t *testing.T) {
	all := render(t, matrix["network policy"], "metrics: {podMonitor: {enabled: true}}")
	server := deployment(t, all).Spec.Template.Labels
	test := get[corev1.Pod](t, all, "Pod/test-dino-bridge-test").Labels
	selectors := map[string]map[string]string{
		"Deployment":       deployment(t, all).Spec.Selector.MatchLabels,
		"Service":          get[corev1.Service](t, all, "Service/test-dino-bridge").Spec.Selector,
		"headless Service": get[corev1.Service](t, all, "Service/test-dino-bridge-headless").Spec.Selector,
		"disruption budget": get[policyv1.PodDisruptionBudget](t, all,
			"PodDisruptionBudget/test-dino-bridge").Spec.Selector.MatchLabels,
		"network policy": get[networkingv1.NetworkPolicy](t, all,
			"NetworkPolicy/test-dino-bridge").Spec.PodSelector.MatchLabels,
		"pod monitor": get[monitoring.PodMonitor](t, all,
			"PodMonitor/test-dino-bridge").Spec.Selector.MatchLabels,
		"spread": deployment(t, all).Spec.Template.Spec.TopologySpreadConstraints[0].
			LabelSelector.MatchLabels,
	}
	for name, selector := range selectors {
		if !selects(selector, server) {
			t.Errorf("%s: %v does not select the servers", name, selector)
		}
		if selects(selector, test) {
			t.Errorf("%s: %v selects the test", name, selector)
		}
	}
}

func TestServices(t *testing.T) {
	all := render(t, matrix["other ports"])
	service := get[corev1.Service](t, all, "Service/test-dino-bridge").Spec
	if service.Type != corev1.ServiceTypeClusterIP || len(service.Ports) != 1 ||
		service.Ports[0].Port != 50051 || *service.Ports[0].AppProtocol != "grpc" {
		t.Errorf("%+v", service)
	}
	headless := get[corev1.Service](t, all, "Service/test-dino-bridge-headless").Spec
	if headless.ClusterIP != corev1.ClusterIPNone || len(headless.Ports) != 2 ||
		headless.Ports[0].Port != 9090 || headless.Ports[1].Port != 9091 {
		t.Errorf("%+v", headless)
	}
	encrypted := get[corev1.Service](t, render(t, matrix["mutual TLS"]), "Service/test-dino-bridge").Spec
	if *encrypted.Ports[0].AppProtocol != "tls" {
		t.Errorf("%+v", encrypted)
	}
}

func TestAutoscaler(t *testing.T) {
	spec := get[autoscalingv2.HorizontalPodAutoscaler](t, render(t, matrix["autoscaling"]),
		"HorizontalPodAutoscaler/test-dino-bridge").Spec
	if spec.ScaleTargetRef.Name != "test-dino-bridge" || *spec.MinReplicas != 3 ||
		spec.MaxReplicas != 30 || len(spec.Metrics) != 3 ||
		*spec.Metrics[0].Resource.Target.AverageUtilization != 70 ||
		*spec.Behavior.ScaleDown.StabilizationWindowSeconds != 300 {
		t.Errorf("%+v", spec)
	}
}

func TestDisruptionBudget(t *testing.T) {
	budget := func(text string) policyv1.PodDisruptionBudgetSpec {
		return get[policyv1.PodDisruptionBudget](t, render(t, text),
			"PodDisruptionBudget/test-dino-bridge").Spec
	}
	if spec := budget(""); spec.MaxUnavailable.String() != "1" || spec.MinAvailable != nil {
		t.Errorf("%+v", spec)
	}
	if spec := budget("podDisruptionBudget: {minAvailable: null}"); spec.MaxUnavailable.String() != "1" {
		t.Errorf("%+v", spec)
	}
	if spec := budget("podDisruptionBudget: {minAvailable: 1, maxUnavailable: null}"); spec.MinAvailable.String() != "1" {
		t.Errorf("%+v", spec)
	}
	if spec := budget(matrix["placed"]); spec.MinAvailable.String() != "60%" || spec.MaxUnavailable != nil {
		t.Errorf("%+v", spec)
	}
}

// ports writes what a rule lets through as "TCP/grpc UDP/53".
func ports(of []networkingv1.NetworkPolicyPort) string {
	var all []string
	for _, port := range of {
		all = append(all, fmt.Sprintf("%s/%s", *port.Protocol, port.Port.String()))
	}
	return strings.Join(all, " ")
}

func TestNetworkPolicy(t *testing.T) {
	all := render(t, matrix["network policy"], `config: {mqtt-brokers: "a:1883,b:8883,c:1883"}`)
	spec := get[networkingv1.NetworkPolicy](t, all, "NetworkPolicy/test-dino-bridge").Spec
	if len(spec.PolicyTypes) != 2 || len(spec.Ingress) != 4 || len(spec.Egress) != 3 {
		t.Fatalf("%+v", spec)
	}
	in, out := spec.Ingress, spec.Egress
	if ports(in[0].Ports) != "TCP/grpc" || in[0].From[0].PodSelector.MatchLabels["app"] != "backend" {
		t.Errorf("callers: %+v", in[0])
	}
	if ports(in[1].Ports) != "TCP/ops" || len(in[1].From) != 1 {
		t.Errorf("operators: %+v", in[1])
	}
	test := get[corev1.Pod](t, all, "Pod/test-dino-bridge-test").Labels
	if !selects(in[2].From[0].PodSelector.MatchLabels, test) {
		t.Errorf("test: %+v", in[2])
	}
	if ports(out[0].Ports) != "UDP/53 TCP/53" || len(out[0].To) != 1 {
		t.Errorf("name servers: %+v", out[0])
	}
	if ports(out[1].Ports) != "TCP/1883 TCP/8883" || out[1].To[0].IPBlock.CIDR != "10.1.0.0/16" {
		t.Errorf("brokers: %+v", out[1])
	}
}

func TestMonitorsFindThePorts(t *testing.T) {
	all := render(t, matrix["service monitor, rules and dashboard"])
	monitor := get[monitoring.ServiceMonitor](t, all, "ServiceMonitor/test-dino-bridge")
	if monitor.Labels["release"] != "prometheus" || monitor.Spec.Endpoints[0].Path != "/metrics" {
		t.Errorf("%+v", monitor)
	}
	selected := 0
	for name, object := range all {
		service, ok := object.(*corev1.Service)
		if !ok || !selects(monitor.Spec.Selector.MatchLabels, service.Labels) {
			continue
		}
		selected++
		if service.Spec.Ports[1].Name != monitor.Spec.Endpoints[0].Port {
			t.Errorf("%s has no port %s", name, monitor.Spec.Endpoints[0].Port)
		}
	}
	if selected != 1 {
		t.Errorf("the monitor finds %d Services: each pod would be scraped as often", selected)
	}
	pods := get[monitoring.PodMonitor](t, render(t, matrix["pod monitor"]), "PodMonitor/test-dino-bridge")
	if got := *pods.Spec.PodMetricsEndpoints[0].Port; got != "ops" ||
		pods.Spec.PodMetricsEndpoints[0].Interval != "30s" {
		t.Errorf("%+v", pods.Spec)
	}
}

func TestTheTestOfARelease(t *testing.T) {
	ready := []string{"dino-bridge", "health", "--ready", "--ops-address=test-dino-bridge-headless:8080"}
	open := []string{"dino-publish", "--check", "--address=test-dino-bridge:50051"}
	for name, call := range map[string][]string{
		"as it comes": append(slices.Clone(open), "--health-only"), "mutual TLS": nil, "open to a mesh": open,
	} {
		pod := get[corev1.Pod](t, render(t, matrix[name]), "Pod/test-dino-bridge-test")
		if pod.Annotations["helm.sh/hook"] != "test" || pod.Spec.RestartPolicy != corev1.RestartPolicyOnFailure ||
			pod.Spec.ActiveDeadlineSeconds == nil {
			t.Errorf("%+v", pod)
		}
		commands := map[string][]string{}
		for _, container := range pod.Spec.Containers {
			commands[container.Name] = container.Command
		}
		if !slices.Equal(commands["ready"], ready) || !slices.Equal(commands["call"], call) {
			t.Errorf("%s: %v", name, commands)
		}
	}
}

func TestNotesSayWhereToCall(t *testing.T) {
	out := install(t, "1.37.0", required).notes
	for _, want := range []string{"test-dino-bridge.chat.svc:50051",
		"dns:///test-dino-bridge-headless.chat.svc:50051", "helm test test --namespace chat"} {
		if !strings.Contains(out, want) {
			t.Errorf("NOTES do not say %q:\n%s", want, out)
		}
	}
}
