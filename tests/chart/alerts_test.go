package chart

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

const (
	alertsFile        = folder + "/files/alerts.yaml"
	outboxAlertsFile  = folder + "/files/alerts-outbox.yaml"
	vernemqAlertsFile = folder + "/files/alerts-vernemq.yaml"
	dashboardFile     = folder + "/files/dashboard.json"
)

// What dino-bridge shows; see docs/monitoring.md. A histogram's series are its name with _bucket,
// _count and _sum.
var known = map[string]bool{
	"dino_bridge_broker_left":                            true,
	"dino_bridge_broker_set_digest":                      true,
	"dino_bridge_build_info":                             true,
	"dino_bridge_caller_events_total":                    true,
	"dino_bridge_caller_quota_refusals_total":            true,
	"dino_bridge_calls_refused_total":                    true,
	"dino_bridge_certificate_expiry_timestamp_seconds":   true,
	"dino_bridge_confined_topics":                        true,
	"dino_bridge_connections_refused_total":              true,
	"dino_bridge_events_total":                           true,
	"dino_bridge_failed_recipients_total":                true,
	"dino_bridge_fanout_recipients_bucket":               true,
	"dino_bridge_fanout_recipients_count":                true,
	"dino_bridge_fanout_recipients_sum":                  true,
	"dino_bridge_grpc_errors_total":                      true,
	"dino_bridge_idempotency_keys":                       true,
	"dino_bridge_idempotency_keys_forgotten_early_total": true,
	"dino_bridge_in_flight_publications":                 true,
	"dino_bridge_key_file_invalid":                       true,
	"dino_bridge_memory_limit_bytes":                     true,
	"dino_bridge_pending_bytes":                          true,
	"dino_bridge_pending_bytes_limit":                    true,
	"dino_bridge_pending_publications":                   true,
	"dino_bridge_pending_publications_limit":             true,
	"dino_bridge_puback_seconds_bucket":                  true,
	"dino_bridge_publications_total":                     true,
	"dino_bridge_revocation_lists_unreadable":            true,
	"dino_bridge_session_losses_total":                   true,
	"dino_bridge_sessions":                               true,
	"dino_bridge_tls_files_invalid":                      true,
	"dino_bridge_waiting_sessions":                       true,
	"grpc_server_handled_total":                          true,
	"grpc_server_handling_seconds_bucket":                true,
	"grpc_server_msg_received_total":                     true,
	"grpc_server_msg_sent_total":                         true,
	"grpc_server_started_total":                          true,
	"process_cpu_seconds_total":                          true,
	"process_max_fds":                                    true,
	"process_open_fds":                                   true,
	"process_resident_memory_bytes":                      true,
	"process_start_time_seconds":                         true,
}

var metricName = regexp.MustCompile(`\b(dino_bridge|grpc_server|process)_[a-z_]+`)

func groups(t *testing.T, file string) []monitoring.RuleGroup {
	t.Helper()
	var spec monitoring.PrometheusRuleSpec
	if err := yaml.UnmarshalStrict([]byte(read(t, file)), &spec); err != nil {
		t.Fatal(err)
	}
	return spec.Groups
}

// rules returns the rules of the bridge's own metrics.
func rules(t *testing.T) []monitoring.Rule {
	t.Helper()
	var all []monitoring.Rule
	for _, group := range groups(t, alertsFile) {
		all = append(all, group.Rules...)
	}
	return all
}

// alerts returns the alerts of all files.
func alerts(t *testing.T) []monitoring.Rule {
	t.Helper()
	var all []monitoring.Rule
	for _, group := range slices.Concat(groups(t, alertsFile), groups(t, outboxAlertsFile), groups(t, vernemqAlertsFile)) {
		for _, rule := range group.Rules {
			if rule.Alert != "" {
				all = append(all, rule)
			}
		}
	}
	return all
}

func TestTheChartShipsTheAlertsAsTheyAre(t *testing.T) {
	all := render(t, matrix["service monitor, rules and dashboard"])
	shipped := get[monitoring.PrometheusRule](t, all, "PrometheusRule/test-dino-bridge")
	own := groups(t, alertsFile)
	if len(shipped.Spec.Groups) != len(own)+1 || !reflect.DeepEqual(shipped.Spec.Groups[:len(own)], own) {
		t.Errorf("%+v", shipped.Spec)
	}
}

func TestTheChartShipsTheDashboardAsItIs(t *testing.T) {
	all := render(t, matrix["service monitor, rules and dashboard"])
	shipped := get[corev1.ConfigMap](t, all, "ConfigMap/test-dino-bridge-dashboard")
	if shipped.Data["dino-bridge.json"] != strings.TrimSuffix(read(t, dashboardFile), "\n") ||
		shipped.Labels["grafana_dashboard"] != "1" {
		t.Errorf("%v\n%s", shipped.Labels, shipped.Data["dino-bridge.json"])
	}
}

// promtool must have seen each alert fire, and an operator must find what to do then.
func TestEachAlertIsTestedAndExplained(t *testing.T) {
	var tests struct {
		Tests []struct {
			AlertRuleTest []struct {
				Alertname string           `json:"alertname"`
				ExpAlerts []map[string]any `json:"exp_alerts"`
			} `json:"alert_rule_test"`
		} `json:"tests"`
	}
	if err := yaml.Unmarshal([]byte(read(t, root+"/deploy/prometheus/alerts_test.yaml")), &tests); err != nil {
		t.Fatal(err)
	}
	fires := map[string]bool{}
	for _, test := range tests.Tests {
		for _, one := range test.AlertRuleTest {
			if len(one.ExpAlerts) > 0 {
				fires[one.Alertname] = true
			}
		}
	}
	operations := read(t, root+"/docs/operations.md")
	symptoms, _, _ := strings.Cut(operations, "\n## How to read a failed call\n")
	pace := regexp.MustCompile("Soon$|Fast$|Slow$")
	for _, rule := range alerts(t) {
		if !fires[rule.Alert] {
			t.Errorf("%s fires in no test", rule.Alert)
		}
		name := rule.Alert
		if name != "DinoBridgeSlow" {
			name = pace.ReplaceAllString(name, "") // Those of the same kind share a chapter.
		}
		if !strings.Contains(operations, "\n### "+name+"\n") {
			t.Errorf("docs/operations.md does not explain %s", name)
		}
		if strings.HasPrefix(name, "DinoBridge") && !strings.Contains(symptoms, "(#"+strings.ToLower(name)+")") {
			t.Errorf("docs/operations.md has no symptom of %s", name)
		}
		if rule.Annotations["runbook_url"] != "docs/operations.md#"+strings.ToLower(name) {
			t.Errorf("%s: %s", rule.Alert, rule.Annotations["runbook_url"])
		}
		severity := rule.Labels["severity"]
		if rule.Annotations["summary"] == "" || (severity != "page" && severity != "ticket") {
			t.Errorf("%s: %v %v", rule.Alert, rule.Labels, rule.Annotations)
		}
	}
}

// texts returns every string under that key, in all of a JSON document.
func texts(document any, key string) []string {
	var found []string
	switch it := document.(type) {
	case map[string]any:
		for name, value := range it {
			if text, ok := value.(string); ok && name == key {
				found = append(found, text)
			}
			found = append(found, texts(value, key)...)
		}
	case []any:
		for _, value := range it {
			found = append(found, texts(value, key)...)
		}
	}
	return found
}

func dashboard(t *testing.T) map[string]any {
	t.Helper()
	var document map[string]any
	if err := json.Unmarshal([]byte(read(t, dashboardFile)), &document); err != nil {
		t.Fatal(err)
	}
	return document
}

func TestAlertsAndDashboardNameMetricsThatExist(t *testing.T) {
	asked := append(texts(dashboard(t), "expr"), texts(dashboard(t), "query")...)
	for _, rule := range rules(t) {
		asked = append(asked, rule.Expr.String())
	}
	seen := map[string]bool{}
	for _, text := range asked {
		for _, name := range metricName.FindAllString(text, -1) {
			seen[name] = true
			if !known[name] {
				t.Errorf("there is no metric %s: %s", name, text)
			}
		}
	}
	for name := range known {
		if !seen[name] {
			t.Errorf("nobody looks at the metric %s", name)
		}
	}
}

func TestPrometheusUnderstandsTheDashboard(t *testing.T) {
	variables := strings.NewReplacer("$__rate_interval", "1m", "$namespace", ".*", "$job", ".*", "$instance", ".*")
	group := map[string]any{"name": "dashboard"}
	var records []map[string]string
	for _, text := range texts(dashboard(t), "expr") {
		records = append(records, map[string]string{"record": "dashboard", "expr": variables.Replace(text)})
	}
	if len(records) < 20 {
		t.Fatalf("only %d expressions", len(records))
	}
	group["rules"] = records
	text, err := yaml.Marshal(map[string]any{"groups": []any{group}})
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

// Panels have their own place, number and name.
func TestPanelsDoNotOverlap(t *testing.T) {
	type place struct{ X, Y, W, H int }
	var board struct {
		Panels []struct {
			ID      int
			Title   string
			GridPos place
		}
	}
	if err := json.Unmarshal([]byte(read(t, dashboardFile)), &board); err != nil {
		t.Fatal(err)
	}
	ids, taken := map[int]bool{}, map[[2]int]string{}
	for _, panel := range board.Panels {
		if ids[panel.ID] || panel.Title == "" {
			t.Errorf("panel %d %q", panel.ID, panel.Title)
		}
		ids[panel.ID] = true
		at := panel.GridPos
		if at.X+at.W > 24 {
			t.Errorf("%s is too wide", panel.Title)
		}
		for x := at.X; x < at.X+at.W; x++ {
			for y := at.Y; y < at.Y+at.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" {
					t.Fatalf("%s lies over %s", panel.Title, other)
				}
				taken[[2]int{x, y}] = panel.Title
			}
		}
	}
}
