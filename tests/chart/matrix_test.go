package chart

import (
	"sort"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	security "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// Values beside the required ones, each under a name.
var matrix = map[string]string{
	"as it comes": "",
	"open to a mesh": `
auth: {existingSecret: "", allowAnonymous: true}
config: {grpc-address: "127.0.0.1:50051"}
`,
	"mutual TLS": `
auth: {existingSecret: ""}
tls:
  existingSecret: bridge-tls
  clientCa: {existingSecret: callers-ca}
  clientCrl: {existingSecret: callers-crl, key: revoked.pem}
`,
	"broker with TLS, certificate and password": `
config: {mqtt-brokers: "a.example:8883,[2001:db8::1]:8884, b.example:8883"}
broker:
  username: bridge
  password: {existingSecret: broker-password}
  tls: {ca: {existingSecret: broker-ca}, client: {existingSecret: broker-client}}
`,
	"settings of every kind": `
config:
  environment: prod
  mqtt-sessions: 16
  max-pending-publications: 2000000
  max-pending-bytes: auto
  drain-timeout: 1m30s
  log-format: text
  allow-anonymous: false
  topic-template: null
`,
	"autoscaling": `
autoscaling:
  enabled: true
  minReplicas: 3
  maxReplicas: 30
  metrics:
    - type: Pods
      pods:
        metric: {name: dino_bridge_pending_publications}
        target: {type: AverageValue, averageValue: "100000"}
`,
	"network policy": `
networkPolicy:
  enabled: true
  callers:
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: chat}}
      podSelector: {matchLabels: {app: backend}}
  operators:
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}
  brokers:
    - ipBlock: {cidr: 10.1.0.0/16}
  nameServers:
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}
`,
	"network policy as it comes": "networkPolicy: {enabled: true}",
	"service monitor, rules and dashboard": `
metrics:
  serviceMonitor:
    enabled: true
    labels: {release: prometheus}
    relabelings: [{action: labeldrop, regex: pod_template_hash}]
  prometheusRule:
    enabled: true
    labels: {release: prometheus}
    additionalGroups:
      - name: more
        rules: [{record: "dino:calls", expr: "sum(rate(grpc_server_started_total[5m]))"}]
  dashboard: {enabled: true, annotations: {grafana_folder: chat}}
`,
	"pod monitor": "metrics: {podMonitor: {enabled: true, interval: 30s}}",
	"placed": `
replicaCount: 5
priorityClassName: high
nodeSelector: {kubernetes.io/arch: amd64}
tolerations: [{key: chat, operator: Exists, effect: NoSchedule}]
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 1
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector: {matchLabels: {app.kubernetes.io/name: dino-bridge}}
topologySpreadConstraints: []
podDisruptionBudget: {minAvailable: 60%, maxUnavailable: ""}
`,
	"extras": `
image: {repository: registry.example/chat/dino-bridge, digest: "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}
imagePullSecrets: [{name: registry}]
commonLabels: {team: chat}
podLabels: {sidecar.istio.io/inject: "true"}
podAnnotations: {prometheus.io/scrape: "false"}
serviceAccount: {create: false, name: shared}
service: {type: LoadBalancer, port: 443, annotations: {a.example/internal: "true"}, appProtocol: kubernetes.io/h2c}
extraEnv: [{name: TZ, value: UTC}]
extraEnvFrom: [{secretRef: {name: more, optional: true}}]
extraVolumes: [{name: scratch, emptyDir: {}}]
extraVolumeMounts: [{name: scratch, mountPath: /tmp}]
podDisruptionBudget: {enabled: false}
config: {drain-delay: 0s}
terminationGracePeriodSeconds: 120
`,
	"long names": `
fullnameOverride: a-name-that-is-much-longer-than-what-kubernetes-lets-a-service-have
nameOverride: another-name-that-is-longer-than-what-a-label-is-allowed-to-have-by-far
`,
	"other ports": `config: {grpc-address: "[::]:9090", ops-address: "0.0.0.0:9091"}`,
}

func TestKubernetesTakesEveryManifest(t *testing.T) {
	for name, text := range matrix {
		for _, kubeVersion := range kubeVersions {
			t.Run(name+"/"+kubeVersion, func(t *testing.T) {
				all := renderFor(t, kubeVersion, required, text)
				for _, problem := range append(refused(t, all), tooFree(t, all)...) {
					t.Error(problem)
				}
			})
		}
	}
}

// tooFree finds what pods may do beyond the pod security standard "restricted", and beyond what
// they need.
func tooFree(t *testing.T, all manifests) []string {
	t.Helper()
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	level := security.LevelVersion{Level: security.LevelRestricted, Version: security.LatestVersion()}
	var found []string
	check := func(name string, meta *metav1.ObjectMeta, spec *corev1.PodSpec) {
		for _, result := range evaluator.EvaluatePod(level, meta, spec) {
			if !result.Allowed {
				found = append(found, name+": "+result.ForbiddenReason+": "+result.ForbiddenDetail)
			}
		}
		if token := spec.AutomountServiceAccountToken; token == nil || *token {
			found = append(found, name+": has a token of the API server")
		}
		for _, one := range spec.Containers {
			if may := one.SecurityContext; may == nil || may.ReadOnlyRootFilesystem == nil || !*may.ReadOnlyRootFilesystem {
				found = append(found, name+": can write to its root")
			}
		}
	}
	pods := 0
	for name, object := range all {
		switch it := object.(type) {
		case *appsv1.Deployment:
			check(name, &it.Spec.Template.ObjectMeta, &it.Spec.Template.Spec)
			pods++
		case *corev1.Pod:
			check(name, &it.ObjectMeta, &it.Spec)
			pods++
		}
	}
	if pods != 2 {
		t.Errorf("%d kinds of pods instead of a server's and a test's", pods)
	}
	return found
}

// The checks above are worth something only if they find mistakes.
func TestTheChecksFindMistakes(t *testing.T) {
	for values, want := range map[string]string{
		"securityContext: {capabilities: null}":                             "unrestricted capabilities",
		"securityContext: {readOnlyRootFilesystem: false}":                  "can write to its root",
		"podSecurityContext: {seccompProfile: null}":                        "seccompProfile",
		"podSecurityContext: {runAsUser: 0}":                                "runAsUser=0",
		"extraVolumes: [{name: a, hostPath: {path: /}}]":                    "restricted volume types",
		"extraVolumeMounts: [{name: a, mountPath: /a}]":                     `Not found: "a"`,
		"podLabels: {a: 'not a label'}":                                     "a valid label",
		"service: {annotations: {'not a key': a}}":                          "annotations",
		"resources: {requests: {memory: 2Gi}}":                              "must be less than or equal to memory limit",
		"updateStrategy: {rollingUpdate: {maxSurge: 0}}":                    "may not be 0 when",
		"{networkPolicy: {enabled: true, brokers: [{ipBlock: {cidr: a}}]}}": "cidr",
	} {
		t.Run(values, func(t *testing.T) {
			all := render(t, values)
			found := strings.Join(append(refused(t, all), tooFree(t, all)...), "\n")
			if !strings.Contains(found, want) {
				t.Errorf("found only:\n%s", found)
			}
		})
	}
}

func TestLintFindsNothing(t *testing.T) {
	for name, text := range matrix {
		t.Run(name, func(t *testing.T) {
			for _, problem := range lint(t, required, text) {
				t.Error(problem)
			}
		})
	}
}

func TestMakesWhatWasAskedForAndNothingElse(t *testing.T) {
	always := []string{"ConfigMap/test-dino-bridge", "Deployment/test-dino-bridge",
		"Pod/test-dino-bridge-test", "PodDisruptionBudget/test-dino-bridge",
		"Service/test-dino-bridge", "Service/test-dino-bridge-headless",
		"ServiceAccount/test-dino-bridge"}
	more := map[string][]string{
		"as it comes":    nil,
		"autoscaling":    {"HorizontalPodAutoscaler/test-dino-bridge"},
		"network policy": {"NetworkPolicy/test-dino-bridge"},
		"pod monitor":    {"PodMonitor/test-dino-bridge"},
		"service monitor, rules and dashboard": {"ConfigMap/test-dino-bridge-dashboard",
			"PrometheusRule/test-dino-bridge", "ServiceMonitor/test-dino-bridge"},
	}
	for name, kinds := range more {
		t.Run(name, func(t *testing.T) {
			var got []string
			for key := range render(t, matrix[name]) {
				got = append(got, key)
			}
			want := append(append([]string{}, always...), kinds...)
			sort.Strings(want)
			sort.Strings(got)
			if strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("got  %v\nwant %v", got, want)
			}
		})
	}
}
