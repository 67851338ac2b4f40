package chart

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

var write = flag.Bool("write", false, "write what is generated instead of checking it")

// expectGenerated checks that the part of a file between the two texts is as wanted; with -write
// it makes it so.
func expectGenerated(t *testing.T, path, begin, end, want string) {
	t.Helper()
	text := read(t, path)
	head, rest, found := strings.Cut(text, begin)
	got, tail, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("%s has no part between %q and %q", path, begin, end)
	}
	if got == want {
		return
	}
	if !*write {
		t.Fatalf("%s is out of date: run tests/chart/run.sh --write", path)
	}
	if err := os.WriteFile(path, []byte(head+begin+want+end+tail), 0o644); err != nil {
		t.Fatal(err)
	}
}

type setting struct{ name, rule, words string }

var (
	settingEntry = regexp.MustCompile(`(?m)^ +\{"([a-z0-9-]+)",\s*"`)
	settingRule  = regexp.MustCompile(`(?s)\b([A-Z][A-Za-z]+)\(&Settings::`)
	quotedWord   = regexp.MustCompile(`\{"([^"]+)",`)
)

// settings reads the tables from which the server makes its flags; sorted by name.
func settings(t *testing.T) []setting {
	t.Helper()
	files, err := filepath.Glob(root + "/server/app/*.cc")
	if err != nil {
		t.Fatal(err)
	}
	var all []setting
	for _, file := range files {
		text := read(t, file)
		starts := settingEntry.FindAllStringSubmatchIndex(text, -1)
		for i, at := range starts {
			end := len(text)
			if i+1 < len(starts) {
				end = starts[i+1][0]
			}
			entry := text[at[0]:end]
			rule := settingRule.FindStringSubmatchIndex(entry)
			if rule == nil {
				continue
			}
			words := []string{}
			for _, word := range quotedWord.FindAllStringSubmatch(entry[rule[1]:], -1) {
				words = append(words, fmt.Sprintf("%q", word[1]))
			}
			all = append(all, setting{text[at[2]:at[3]], entry[rule[2]:rule[3]], strings.Join(words, ", ")})
		}
	}
	slices.SortFunc(all, func(a, b setting) int { return strings.Compare(a.name, b.name) })
	if len(all) < 40 {
		t.Fatalf("only %d settings are seen", len(all))
	}
	return all
}

// What a rule of server/app/value_rule.h takes; others take any text.
var definitionOf = map[string]string{
	"Whole": "whole", "WholeOrAuto": "wholeOrAuto", "Seconds": "duration", "Milliseconds": "duration",
	"TrueOrFalse": "trueOrFalse", "Addresses": "textOrList", "Ratio": "ratio",
}

func TestTheSchemaKnowsEverySettingAndNoOther(t *testing.T) {
	var lines []string
	for _, one := range settings(t) {
		schema := `{"$ref": "#/definitions/text"}`
		if definition, ok := definitionOf[one.rule]; ok {
			schema = fmt.Sprintf(`{"$ref": "#/definitions/%s"}`, definition)
		} else if one.rule == "OneOf" {
			schema = fmt.Sprintf(`{"enum": [%s, null]}`, one.words)
		}
		lines = append(lines, fmt.Sprintf("        %q: %s", one.name, schema))
	}
	expectGenerated(t, folder+"/values.schema.json", "    \"config\": {\n", "\n    },\n",
		"      \"type\": \"object\",\n      \"additionalProperties\": false,\n      \"properties\": {\n"+
			strings.Join(lines, ",\n")+"\n      }")
}

var (
	outboxSetting = regexp.MustCompile(`(?m)^    Setting\("([a-z0-9-]+)", "[^"]*", (\w+)(?:\((.*?)\))?,`)
	outboxRules   = map[string]string{
		"_whole": "whole", "duration": "duration", "_positive_duration": "duration",
		"_true_or_false": "trueOrFalse",
	}
)

// The settings of the outbox's worker, of which Helm knows the kinds too.
func TestTheSchemaKnowsEverySettingOfTheOutbox(t *testing.T) {
	var lines []string
	text := read(t, root+"/clients/python/src/dino_events/outbox/_settings.py")
	for _, found := range outboxSetting.FindAllStringSubmatch(text, -1) {
		schema := `{"$ref": "#/definitions/text"}`
		if definition, ok := outboxRules[found[2]]; ok {
			schema = fmt.Sprintf(`{"$ref": "#/definitions/%s"}`, definition)
		} else if found[2] == "_one_of" {
			schema = fmt.Sprintf(`{"enum": [%s, null]}`, found[3])
		}
		lines = append(lines, fmt.Sprintf("        %q: %s", found[1], schema))
	}
	if count := strings.Count(text, "\n    Setting("); count != len(lines) || count < 10 {
		t.Fatalf("%d of %d settings are seen", len(lines), count)
	}
	slices.Sort(lines)
	expectGenerated(t, folder+"/values.schema.json", "    \"outboxConfig\": {\n", "\n    },\n",
		"      \"type\": \"object\",\n      \"additionalProperties\": false,\n      \"properties\": {\n"+
			strings.Join(lines, ",\n")+"\n      }")
}

// closed returns the schema of a value whose keys are all known, else nil.
func closed(schema map[string]any) map[string]any {
	if open, ok := schema["additionalProperties"].(bool); !ok || open {
		return nil
	}
	properties, _ := schema["properties"].(map[string]any)
	return properties
}

func TestTheReadmeHasEveryValue(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal([]byte(read(t, folder+"/values.schema.json")), &schema); err != nil {
		t.Fatal(err)
	}
	definitions := schema["definitions"].(map[string]any)
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(read(t, folder+"/values.yaml")), &document); err != nil {
		t.Fatal(err)
	}
	table := &valueTable{t: t, definitions: definitions}
	table.add("", document.Content[0], schema)
	expectGenerated(t, folder+"/README.md", "<!-- values -->\n", "\n<!-- end of values -->",
		"\n| value | default | what it is |\n|---|---|---|\n"+strings.Join(table.rows, "\n")+"\n")
}

type valueTable struct {
	t           *testing.T
	definitions map[string]any
	rows        []string
}

// add writes a row for each value in a map, and one for each map with keys of its own that has a comment.
func (table *valueTable) add(prefix string, values *yaml.Node, schema map[string]any) {
	properties := closed(schema)
	for i := 0; i < len(values.Content); i += 2 {
		key, value := values.Content[i], values.Content[i+1]
		name := prefix + key.Value
		its, _ := properties[key.Value].(map[string]any)
		if reference, ok := its["$ref"].(string); ok {
			its, _ = table.definitions[strings.TrimPrefix(reference, "#/definitions/")].(map[string]any)
		}
		comment := commentOf(key)
		if value.Kind == yaml.MappingNode && closed(its) != nil {
			if comment != "" {
				table.rows = append(table.rows, fmt.Sprintf("| **`%s`** | | %s |", name, comment))
			}
			table.add(name+".", value, its)
			continue
		}
		if comment == "" {
			table.t.Errorf("values.yaml does not say what %s is", name)
		}
		table.rows = append(table.rows, fmt.Sprintf("| `%s` | `%s` | %s |", name, inline(table.t, value), comment))
	}
}

// commentOf returns the comment above a key as one line. What stands before an empty line is not the key's.
func commentOf(key *yaml.Node) string {
	paragraphs := strings.Split(key.HeadComment, "\n\n")
	var words []string
	for _, line := range strings.Split(paragraphs[len(paragraphs)-1], "\n") {
		words = append(words, strings.Fields(strings.TrimPrefix(line, "#"))...)
	}
	return strings.Join(words, " ")
}

// inline returns a value as JSON, as it may be written in YAML too.
func inline(t *testing.T, value *yaml.Node) string {
	t.Helper()
	var decoded any
	if err := value.Decode(&decoded); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(decoded)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
