package chart

import (
	"sort"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	security "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

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
		for _, one := range append(spec.InitContainers, spec.Containers...) {
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
		case *batchv1.CronJob:
			check(name, &it.Spec.JobTemplate.Spec.Template.ObjectMeta, &it.Spec.JobTemplate.Spec.Template.Spec)
		}
	}
	expected := 2
	if _, there := all["Deployment/test-dino-bridge-outbox"]; there {
		expected = 3
	}
	if pods != expected {
		t.Errorf("%d kinds of pods instead of %d: a server's, a test's and perhaps a worker's", pods, expected)
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
	for _, problem := range lint(t) { // As it is in the repository.
		t.Error(problem)
	}
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
		"gateway":        {"GRPCRoute/test-dino-bridge"},
		"arrival check":  {"CronJob/test-dino-bridge-check"},
		"outbox": {"Deployment/test-dino-bridge-outbox", "NetworkPolicy/test-dino-bridge",
			"PodMonitor/test-dino-bridge", "PodMonitor/test-dino-bridge-outbox"},
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
