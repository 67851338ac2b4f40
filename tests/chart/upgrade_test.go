package chart

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/fake"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/apps"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
)

func TestWorksAsAConditionalSubchart(t *testing.T) {
	for enabled, wanted := range map[string]bool{"true": true, "false": false} {
		parent := &chart.Chart{Metadata: &chart.Metadata{APIVersion: "v2", Name: "chat", Version: "1.0.0",
			Dependencies: []*chart.Dependency{{Name: "dino-bridge", Version: ">=0.0.0-0", Condition: "dino-bridge.enabled"}}}}
		parent.AddDependency(load(t))
		its := merge(t, required, "enabled: "+enabled)
		made := installChart(t, "1.37.0", parent, map[string]any{"dino-bridge": its})
		if made.err != nil {
			t.Fatalf("enabled=%s: %v", enabled, made.err)
		}
		if _, there := decode(t, made.manifests)["Deployment/test-dino-bridge"]; there != wanted {
			t.Errorf("enabled=%s: there is a Deployment: %v", enabled, there)
		}
	}
}

// cluster answers the template function lookup.
type cluster struct{ dynamic.Interface }

func (c cluster) GetClientFor(apiVersion, kind string) (dynamic.NamespaceableResourceInterface, bool, error) {
	version, err := schema.ParseGroupVersion(apiVersion)
	return c.Resource(version.WithResource(strings.ToLower(kind) + "s")), true, err
}

// renderIn renders for an upgrade in a cluster where that Deployment runs.
func renderIn(t *testing.T, runs *appsv1.Deployment, texts ...string) manifests {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := appsv1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	loaded := load(t)
	values, err := chartutil.ToRenderValues(loaded, merge(t, append([]string{required}, texts...)...),
		chartutil.ReleaseOptions{Name: "test", Namespace: runs.Namespace, IsUpgrade: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	files, err := engine.RenderWithClientProvider(loaded, values, cluster{fake.NewSimpleDynamicClient(scheme, runs)})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for name, text := range files {
		if filepath.Ext(name) == ".yaml" {
			all = append(all, text)
		}
	}
	return decode(t, strings.Join(all, "\n---\n"))
}

// upgrade does to an object of the cluster what `helm upgrade` does, which knows what it made before.
func upgrade[T any](t *testing.T, before, after, runs *T) *T {
	t.Helper()
	var texts [3][]byte
	for i, one := range []*T{before, after, runs} {
		text, err := json.Marshal(one)
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = text
	}
	types, err := strategicpatch.NewPatchMetaFromStruct(before)
	if err != nil {
		t.Fatal(err)
	}
	patch, err := strategicpatch.CreateThreeWayMergePatch(texts[0], texts[1], texts[2], types, true)
	if err != nil {
		t.Fatal(err)
	}
	merged, err := strategicpatch.StrategicMergePatch(texts[2], patch, *before)
	if err != nil {
		t.Fatal(err)
	}
	result := new(T)
	if err := json.Unmarshal(merged, result); err != nil {
		t.Fatal(err)
	}
	return result
}

// running is what the cluster makes of a manifest.
func running[T any, P interface {
	*T
	runtime.Object
	metav1.Object
}](manifest P) P {
	object := manifest.DeepCopyObject().(P)
	object.SetNamespace("chat")
	object.SetResourceVersion("1")
	legacyscheme.Scheme.Default(object)
	return object
}

func TestSwitchingAutoscalingOnKeepsThePods(t *testing.T) {
	five := int32(5)
	before := deployment(t, render(t))
	runs := running(before)
	runs.Spec.Replicas = &five
	for _, round := range []string{"switched on", "upgraded again"} {
		after := deployment(t, renderIn(t, runs, "autoscaling: {enabled: true, maxReplicas: 30}"))
		runs = running(upgrade(t, before, after, runs))
		if *runs.Spec.Replicas != five {
			t.Fatalf("%s: %d pods instead of %d", round, *runs.Spec.Replicas, five)
		}
		before = after
	}
}

// released returns the objects that the last release made of the required values.
func released(t *testing.T) manifests {
	t.Helper()
	return decode(t, read(t, "released/manifests.yaml"))
}

// With -write, today's chart becomes the last release.
func TestKeepsTheLastRelease(t *testing.T) {
	if !*write {
		t.Skip("only with -write")
	}
	out, err := template(t, "1.37.0", required)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"values.yaml": read(t, folder+"/values.yaml"), "manifests.yaml": out} {
		if err := os.WriteFile("released/"+name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// As `helm upgrade` takes them: values of the user alone, and with --reuse-values the old defaults,
// which lack what is new.
func TestUpgradesFromTheLastRelease(t *testing.T) {
	reused := load(t)
	reused.Values = merge(t, read(t, "released/values.yaml"), required)
	for name, made := range map[string]release{
		"helm upgrade":                 install(t, "1.37.0", required),
		"helm upgrade --reuse-values":  installChart(t, "1.37.0", reused, map[string]any{}),
		"all values of the last chart": install(t, "1.37.0", read(t, "released/values.yaml"), required),
	} {
		t.Run(name, func(t *testing.T) {
			if made.err != nil {
				t.Fatal(made.err)
			}
			all := decode(t, made.manifests)
			for _, problem := range refused(t, all) {
				t.Error(problem)
			}
			for name, before := range released(t) {
				after, there := all[name]
				if !there {
					t.Errorf("%s is gone", name)
					continue
				}
				for _, problem := range changeProblems(t, before, after) {
					t.Errorf("%s: %v", name, problem)
				}
			}
		})
	}
}

// changeProblems finds what the API server would not let an upgrade change.
func changeProblems(t *testing.T, before, after runtime.Object) field.ErrorList {
	t.Helper()
	switch old := before.(type) {
	case *appsv1.Deployment:
		runs := running(old)
		from, to := inner[apps.Deployment](t, runs), inner[apps.Deployment](t, running(upgrade(t, old, after.(*appsv1.Deployment), runs)))
		return appsvalidation.ValidateDeploymentUpdate(to, from, corevalidation.PodValidationOptions{
			AllowMatchLabelKeysInPodTopologySpread: true})
	case *corev1.Service:
		runs := running(old)
		family, policy := corev1.IPv4Protocol, corev1.IPFamilyPolicySingleStack
		runs.Spec.IPFamilies, runs.Spec.IPFamilyPolicy = []corev1.IPFamily{family}, &policy
		if runs.Spec.ClusterIP == "" {
			runs.Spec.ClusterIP = "10.96.0.7"
		}
		runs.Spec.ClusterIPs = []string{runs.Spec.ClusterIP}
		return corevalidation.ValidateServiceUpdate(
			inner[core.Service](t, running(upgrade(t, old, after.(*corev1.Service), runs))), inner[core.Service](t, runs))
	}
	return nil // Nothing of the others is fixed.
}

// inner returns the object as the API server itself has it.
func inner[T any](t *testing.T, object runtime.Object) *T {
	t.Helper()
	converted, err := legacyscheme.Scheme.ConvertToVersion(object, runtime.InternalGroupVersioner)
	if err != nil {
		t.Fatal(err)
	}
	return converted.(any).(*T)
}

// The check above is worth something only if it finds what cannot be changed.
func TestTheUpgradeCheckFindsMistakes(t *testing.T) {
	old := deployment(t, released(t))
	other := old.DeepCopy()
	other.Spec.Selector.MatchLabels["app.kubernetes.io/component"] = "other"
	other.Spec.Template.Labels["app.kubernetes.io/component"] = "other"
	found := changeProblems(t, old, other)
	if len(found) != 1 || !strings.Contains(found[0].Error(), "field is immutable") {
		t.Errorf("found %v", found)
	}
	if len(changeProblems(t, old, old.DeepCopy())) != 0 {
		t.Error("finds mistakes where nothing changes")
	}
}
