package chart

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/apps"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/autoscaling"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	autoscalingvalidation "k8s.io/kubernetes/pkg/apis/autoscaling/validation"
	"k8s.io/kubernetes/pkg/apis/batch"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	batchvalidation "k8s.io/kubernetes/pkg/apis/batch/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/apis/networking"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	networkingvalidation "k8s.io/kubernetes/pkg/apis/networking/validation"
	"k8s.io/kubernetes/pkg/apis/policy"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	policyvalidation "k8s.io/kubernetes/pkg/apis/policy/validation"
	gateway "sigs.k8s.io/gateway-api/apis/v1"
)

func init() {
	for _, add := range []func(*runtime.Scheme) error{monitoring.AddToScheme, gateway.Install} {
		if err := add(legacyscheme.Scheme); err != nil {
			panic(err)
		}
	}
}

// What the chart makes, by kind and name: `Deployment/test-dino-bridge`.
type manifests map[string]runtime.Object

// decode reads manifests as the API server does with strict field validation: a key that the type
// does not have, one that is there twice, or a value of another type is an error.
func decode(t *testing.T, text string) manifests {
	t.Helper()
	decoder := serializer.NewCodecFactory(legacyscheme.Scheme, serializer.EnableStrict).UniversalDeserializer()
	found := manifests{}
	documents := yaml.NewYAMLReader(bufio.NewReader(strings.NewReader(text)))
	for {
		document, err := documents.Read()
		if err == io.EOF {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		if onlyComments(string(document)) {
			continue
		}
		object, kind, err := decoder.Decode(document, nil, nil)
		if err != nil {
			t.Fatalf("%v in\n%s", err, document)
		}
		name := fmt.Sprintf("%s/%s", kind.Kind, object.(metav1.Object).GetName())
		if _, twice := found[name]; twice {
			t.Errorf("%s is there twice", name)
		}
		found[name] = object
	}
}

func onlyComments(document string) bool {
	for _, line := range strings.Split(document, "\n") {
		if line != "" && line != "---" && !strings.HasPrefix(line, "#") {
			return false
		}
	}
	return true
}

// get returns the manifest of that name, which must be there.
func get[T any](t *testing.T, all manifests, name string) *T {
	t.Helper()
	object, ok := all[name].(any).(*T)
	if !ok {
		t.Fatalf("there is no %s", name)
	}
	return object
}

func deployment(t *testing.T, all manifests) *appsv1.Deployment {
	t.Helper()
	return get[appsv1.Deployment](t, all, "Deployment/test-dino-bridge")
}

func container(t *testing.T, all manifests) corev1.Container {
	t.Helper()
	return deployment(t, all).Spec.Template.Spec.Containers[0]
}

func config(t *testing.T, all manifests) map[string]string {
	t.Helper()
	return get[corev1.ConfigMap](t, all, "ConfigMap/test-dino-bridge").Data
}

// allocate does what the API server does to a Service before it looks at it.
func allocate(service *corev1.Service) {
	if service.Spec.ClusterIP != "" {
		service.Spec.ClusterIPs = []string{service.Spec.ClusterIP}
	}
	if service.Spec.ExternalTrafficPolicy == corev1.ServiceExternalTrafficPolicyLocal {
		service.Spec.HealthCheckNodePort = 30000
	}
}

// refused finds what the API server would refuse.
func refused(t *testing.T, all manifests) []string {
	t.Helper()
	var found []string
	for name, manifest := range all {
		object := manifest.DeepCopyObject()
		object.(metav1.Object).SetNamespace("chat")
		legacyscheme.Scheme.Default(object)
		if service, ok := object.(*corev1.Service); ok {
			allocate(service)
		}
		gates := map[string]bool{"HPAScaleToZero": false, "WorkloadWithJob": false}
		errors := legacyscheme.Scheme.Validate(context.Background(), gates, object)
		for _, err := range append(errors, problems(t, object)...) {
			found = append(found, fmt.Sprintf("%s: %v", name, err))
		}
	}
	return found
}

func problems(t *testing.T, object runtime.Object) field.ErrorList {
	t.Helper()
	switch object.(type) {
	case *monitoring.ServiceMonitor, *monitoring.PodMonitor, *monitoring.PrometheusRule, *gateway.GRPCRoute:
		return nil // Strict decoding is all that there is; promtool checks the rules.
	}
	converted, err := legacyscheme.Scheme.ConvertToVersion(object, runtime.InternalGroupVersioner)
	if err != nil {
		t.Fatal(err)
	}
	pods := corevalidation.PodValidationOptions{
		// Kubernetes sets it since 1.27.
		AllowMatchLabelKeysInPodTopologySpread: true,
	}
	switch it := converted.(type) {
	case *core.ConfigMap:
		return corevalidation.ValidateConfigMap(it)
	case *core.Pod:
		return corevalidation.ValidatePodCreate(it, pods)
	case *core.Service:
		return corevalidation.ValidateServiceCreate(it)
	case *core.ServiceAccount:
		return corevalidation.ValidateServiceAccount(it)
	case *batch.CronJob:
		return batchvalidation.ValidateCronJobCreate(it, pods)
	case *apps.Deployment:
		return appsvalidation.ValidateDeployment(it, pods)
	case *autoscaling.HorizontalPodAutoscaler:
		return autoscalingvalidation.ValidateHorizontalPodAutoscaler(it,
			autoscalingvalidation.HorizontalPodAutoscalerSpecValidationOptions{MinReplicasLowerBound: 1})
	case *policy.PodDisruptionBudget:
		return policyvalidation.ValidatePodDisruptionBudget(it,
			policyvalidation.PodDisruptionBudgetValidationOptions{})
	case *networking.NetworkPolicy:
		return networkingvalidation.ValidateNetworkPolicy(it,
			networkingvalidation.NetworkPolicyValidationOptions{})
	default:
		t.Errorf("no rules are known for %T", it)
		return nil
	}
}
