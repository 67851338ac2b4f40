package chart

import (
	"reflect"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func TestConfigBecomesTheEnvironment(t *testing.T) {
	all := render(t, matrix["settings of every kind"])
	want := map[string]string{
		"DINO_ALLOW_ANONYMOUS":          "false",
		"DINO_AUTH_KEYS_FILE":           "/etc/dino-bridge/auth/callers.json",
		"DINO_DRAIN_TIMEOUT":            "1m30s",
		"DINO_DRAIN_DELAY":              "5s",
		"DINO_ENVIRONMENT":              "prod",
		"DINO_GRPC_ADDRESS":             "[::]:50051",
		"DINO_LOG_FORMAT":               "text",
		"DINO_MAX_PENDING_BYTES":        "auto",
		"DINO_MAX_PENDING_PUBLICATIONS": "2000000",
		"DINO_MQTT_BROKERS":             "vernemq-0.vernemq:1883,vernemq-1.vernemq:1883",
		"DINO_MQTT_SESSIONS":            "16",
		"DINO_OPS_ADDRESS":              "[::]:8080",
	}
	if got := config(t, all); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	from := container(t, all).EnvFrom
	if len(from) != 1 || from[0].ConfigMapRef.Name != "test-dino-bridge" {
		t.Errorf("the container's environment comes from %v", from)
	}
}

func TestPodsAreRenewedWhenTheConfigChanges(t *testing.T) {
	checksum := func(text string) string {
		return deployment(t, render(t, text)).Spec.Template.Annotations["checksum/config"]
	}
	same, again := checksum(""), checksum("replicaCount: 7")
	if same == "" || same != again {
		t.Errorf("the checksum is %q, and %q with other replicas", same, again)
	}
	if checksum("config: {log-level: debug}") == same {
		t.Error("the checksum stays when a setting changes")
	}
}

// Where callers cannot use up the connections or descriptors, and TLS does not matter.
func TestProbesAskTheOpsPort(t *testing.T) {
	for name, text := range map[string]string{
		"without TLS": matrix["other ports"],
		"by a Secret": matrix["mutual TLS"],
		"by settings": "config: {tls-cert-file: /a, tls-key-file: /b}",
	} {
		t.Run(name, func(t *testing.T) {
			one := container(t, render(t, text))
			live, ready := one.LivenessProbe.HTTPGet, one.ReadinessProbe.HTTPGet
			if live == nil || live.Path != "/livez" || live.Port != intstr.FromString("ops") {
				t.Errorf("liveness is %v", live)
			}
			if ready == nil || ready.Path != "/readyz" || ready.Port != intstr.FromString("ops") {
				t.Errorf("readiness is %v", ready)
			}
			if one.LivenessProbe.GRPC != nil || one.ReadinessProbe.GRPC != nil {
				t.Error("a probe asks the callers' port, too")
			}
		})
	}
}

func TestSecretsAreMountedForTheServerOnly(t *testing.T) {
	type mount struct{ secret, file, setting string }
	for name, mounts := range map[string][]mount{
		"as it comes": {{"callers", "auth/callers.json", "DINO_AUTH_KEYS_FILE"}},
		"mutual TLS": {
			{"bridge-tls", "tls/tls.crt", "DINO_TLS_CERT_FILE"},
			{"bridge-tls", "tls/tls.key", "DINO_TLS_KEY_FILE"},
			{"callers-ca", "tls-client-ca/ca.crt", "DINO_TLS_CLIENT_CA_FILE"},
			{"callers-crl", "tls-client-crl/revoked.pem", "DINO_TLS_CLIENT_CRL_FILE"},
		},
		"broker with TLS, certificate and password": {
			{"callers", "auth/callers.json", "DINO_AUTH_KEYS_FILE"},
			{"broker-password", "broker-password/password", "DINO_MQTT_PASSWORD_FILE"},
			{"broker-ca", "broker-ca/ca.crt", "DINO_MQTT_TLS_CA_FILE"},
			{"broker-client", "broker-tls/tls.crt", "DINO_MQTT_TLS_CERT_FILE"},
			{"broker-client", "broker-tls/tls.key", "DINO_MQTT_TLS_KEY_FILE"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			all := render(t, matrix[name])
			files := mountedFiles(t, deployment(t, all).Spec.Template.Spec)
			for _, want := range mounts {
				path := config(t, all)[want.setting]
				if path != "/etc/dino-bridge/"+want.file {
					t.Errorf("%s is %q", want.setting, path)
				}
				if files[path] != want.secret {
					t.Errorf("%s comes from %q", path, files[path])
				}
				delete(files, path)
			}
			if len(files) > 0 {
				t.Errorf("mounted, and not used: %v", files)
			}
		})
	}
}

// mountedFiles returns the Secret of each file that is mounted from one.
func mountedFiles(t *testing.T, spec corev1.PodSpec) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, mount := range spec.Containers[0].VolumeMounts {
		if !mount.ReadOnly || mount.SubPath != "" { // By subPath, changes would not arrive.
			t.Errorf("%v", mount)
		}
		for _, volume := range spec.Volumes {
			if volume.Name != mount.Name {
				continue
			}
			if *volume.Secret.DefaultMode != 0o440 {
				t.Errorf("%s has the mode %o", volume.Name, *volume.Secret.DefaultMode)
			}
			for _, item := range volume.Secret.Items {
				files[mount.MountPath+"/"+item.Path] = volume.Secret.SecretName
			}
		}
	}
	return files
}

func TestThereIsTimeToDrain(t *testing.T) {
	for text, want := range map[string]int64{
		"":                                             5 + 25 + 5,
		"config: {drain-timeout: 1m30.5s}":             5 + 91 + 5,
		"config: {drain-timeout: 1500ms}":              7 + 5,
		"config: {drain-timeout: 1h}":                  5 + 3600 + 5,
		"config: {drain-delay: 20s}":                   20 + 25 + 5,
		"terminationGracePeriodSeconds: 30":            30,
		"config: {drain-delay: 0s, drain-timeout: 0s}": 5,
		"{config: {drain-delay: 10s}, terminationGracePeriodSeconds: 60.0}": 60,
	} {
		t.Run(text, func(t *testing.T) {
			spec := deployment(t, render(t, text)).Spec.Template.Spec
			if got := *spec.TerminationGracePeriodSeconds; got != want {
				t.Errorf("got %d, want %d", got, want)
			}
		})
	}
}

func TestServesOnUntilNobodySendsCallsAnyMore(t *testing.T) {
	for text, want := range map[string]string{"": "5s", "config: {drain-delay: 7s}": "7s"} {
		documents := render(t, text)
		if got := config(t, documents)["DINO_DRAIN_DELAY"]; got != want {
			t.Errorf("%q: the delay is %q, want %q", text, got, want)
		}
		if lifecycle := container(t, documents).Lifecycle; lifecycle != nil {
			t.Errorf("the image has no shell for a hook, yet the lifecycle is %v", lifecycle)
		}
	}
}

func TestImage(t *testing.T) {
	for text, want := range map[string]string{
		"":                   "dino-bridge:" + strings.TrimSpace(read(t, "../../VERSION")),
		"image: {tag: edge}": "dino-bridge:edge",
		matrix["extras"]:     "registry.example/chat/dino-bridge@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	} {
		if got := container(t, render(t, text)).Image; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestReplicasAreTheAutoscalersIfThereIsOne(t *testing.T) {
	if got := deployment(t, render(t)).Spec.Replicas; got == nil || *got != 2 {
		t.Errorf("without an autoscaler: %v", got)
	}
	if got := deployment(t, render(t, matrix["autoscaling"])).Spec.Replicas; got != nil {
		t.Errorf("with one: %d", *got)
	}
}

func TestSpreadsOverZonesAndNodes(t *testing.T) {
	spread := deployment(t, render(t)).Spec.Template.Spec.TopologySpreadConstraints
	if len(spread) != 2 || spread[0].TopologyKey != "topology.kubernetes.io/zone" ||
		spread[1].TopologyKey != "kubernetes.io/hostname" {
		t.Errorf("%v", spread)
	}
	placed := deployment(t, render(t, matrix["placed"])).Spec.Template.Spec
	if len(placed.TopologySpreadConstraints) != 0 || placed.NodeSelector == nil ||
		len(placed.Tolerations) != 1 || placed.Affinity == nil || placed.PriorityClassName != "high" {
		t.Errorf("%+v", placed)
	}
}

func TestExtrasReachThePod(t *testing.T) {
	all := render(t, matrix["extras"])
	one := container(t, all)
	if len(one.Env) != 1 || one.Env[0].Name != "TZ" || len(one.EnvFrom) != 2 {
		t.Errorf("environment: %v %v", one.Env, one.EnvFrom)
	}
	if mounts := one.VolumeMounts; len(mounts) != 2 || mounts[1].MountPath != "/tmp" {
		t.Errorf("mounts: %v", mounts)
	}
	template := deployment(t, all).Spec.Template
	if template.Labels["team"] != "chat" || template.Labels["sidecar.istio.io/inject"] != "true" ||
		template.Annotations["prometheus.io/scrape"] != "false" {
		t.Errorf("%v %v", template.Labels, template.Annotations)
	}
	if template.Spec.ServiceAccountName != "shared" || len(template.Spec.ImagePullSecrets) != 1 {
		t.Errorf("%+v", template.Spec)
	}
}

// A variable that is no setting would be ignored without a word.
func TestTheChartNamesSettingsThatExist(t *testing.T) {
	table := read(t, root+"/server/app/setting_table.cc") + read(t, root+"/server/app/listener_settings.cc")
	for name, text := range matrix {
		for variable := range config(t, named(t, text)) {
			setting := strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(variable, "DINO_")), "_", "-")
			if !strings.Contains(table, `"`+setting+`"`) {
				t.Errorf("%s: there is no setting %s", name, setting)
			}
		}
	}
}

// named renders with names that the other tests expect.
func named(t *testing.T, text string) manifests {
	t.Helper()
	return render(t, text, `{nameOverride: "", fullnameOverride: ""}`)
}
