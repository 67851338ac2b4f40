package chart

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// panels returns the dashboard's panels, those of collapsed rows too, and the rows' titles.
func panels(t *testing.T) (all []map[string]any, rows []string) {
	t.Helper()
	var add func(of any)
	add = func(of any) {
		for _, one := range of.([]any) {
			panel := one.(map[string]any)
			if panel["type"] != "row" {
				all = append(all, panel)
				continue
			}
			rows = append(rows, panel["title"].(string))
			add(panel["panels"])
		}
	}
	add(dashboard(t)["panels"])
	return all, rows
}

func TestTheDashboardAnswersQuestionsInOrder(t *testing.T) {
	_, rows := panels(t)
	want := "Is it well?, For whom is it not?, Where is the time?, Is there room?, What goes through, VerneMQ"
	if got := strings.Join(rows, ", "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// An empty panel must say whether that is good or bad.
func TestEachPanelIsExplainedAlsoWhenEmpty(t *testing.T) {
	all, _ := panels(t)
	for _, panel := range all {
		defaults := panel["fieldConfig"].(map[string]any)["defaults"].(map[string]any)
		if empty, _ := defaults["noValue"].(string); empty == "" {
			t.Errorf("%s does not say why it is empty", panel["title"])
		}
		if what, _ := panel["description"].(string); what == "" {
			t.Errorf("%s does not say what it shows", panel["title"])
		}
	}
}

func TestFailedCallsAreThoseOfEveryCodeButOKAndCanceled(t *testing.T) {
	names := regexp.MustCompile(`kCodeNames = \{([^}]*)\}`).FindStringSubmatch(sources(t))
	if names == nil {
		t.Fatal("server/grpc/call_meters.h names no codes")
	}
	all, _ := panels(t)
	for _, panel := range all {
		if panel["title"] != "Failed calls" {
			continue
		}
		left := regexp.MustCompile(`grpc_code!~"([^"]*)"`).FindStringSubmatch(texts(panel, "expr")[0])
		if left == nil {
			t.Fatalf("it does not say which codes are left out: %s", texts(panel, "expr")[0])
		}
		leftOut := regexp.MustCompile("^(?:" + left[1] + ")$")
		for _, code := range regexp.MustCompile(`\w+`).FindAllString(names[1], -1) {
			if leftOut.MatchString(code) != (code == "OK" || code == "Canceled") {
				t.Errorf("%s: %s", code, left[1])
			}
		}
		return
	}
	t.Error("there is no such panel")
}

// Metrics of VerneMQ 2.1.2 that the dashboard and the optional alerts ask for.
var ofVernemq = map[string]bool{
	"cluster_bytes_dropped": true, "mqtt_publish_received": true, "mqtt_publish_sent": true,
	"queue_message_drop": true, "queue_message_expired": true, "queue_message_unhandled": true,
}

// sources returns the server's own code as one text.
func sources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(root+"/server", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".cc" && filepath.Ext(path) != ".h" {
			return err
		}
		text, err := os.ReadFile(path)
		all.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func TestTheDashboardAsksOnlyForMetricsThatAreExported(t *testing.T) {
	selector := regexp.MustCompile(`\b([a-z]+(?:_[a-z]+)+)(?:\{|\[|\))`)
	functions := regexp.MustCompile(`^(count_values|histogram_quantile|label_replace)$`)
	histogram := regexp.MustCompile(`_(bucket|sum|count)$`)
	server := sources(t)
	all, _ := panels(t)
	for _, panel := range all {
		for _, expression := range texts(panel, "expr") {
			for _, found := range selector.FindAllStringSubmatch(expression, -1) {
				name := found[1]
				if functions.MatchString(name) || strings.Contains(expression, "by ("+name+")") {
					continue
				}
				if !ofVernemq[name] && !strings.Contains(server, name+`"`) &&
					!strings.Contains(server, histogram.ReplaceAllString(name, "")+`"`) {
					t.Errorf("%s asks for %s, which nobody exports", panel["title"], name)
				}
			}
		}
	}
}
