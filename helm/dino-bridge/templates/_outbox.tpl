{{/* The Secrets that the worker of the outbox mounts, as a list of {name, secret, keys, settings}. */}}
{{- define "dino-bridge.outboxFiles" -}}
{{- with .Values.outbox }}
- {name: database, secret: {{ .database.existingSecret | quote }}, keys: [{{ .database.key | quote }}], settings: [database-file]}
{{- if .apiKey.existingSecret }}
- {name: api-key, secret: {{ .apiKey.existingSecret | quote }}, keys: [{{ .apiKey.key | quote }}], settings: [api-key-file]}
{{- end }}
{{- if .tls.ca.existingSecret }}
- {name: tls-ca, secret: {{ .tls.ca.existingSecret | quote }}, keys: [{{ .tls.ca.key | quote }}], settings: [tls-ca-file]}
{{- end }}
{{- if .tls.client.existingSecret }}
- {name: tls, secret: {{ .tls.client.existingSecret | quote }}, keys: [tls.crt, tls.key], settings: [tls-cert-file, tls-key-file]}
{{- end }}
{{- end }}
{{- end }}

{{/* Its settings as YAML: those of the chart, overridden by `outbox.config`. */}}
{{- define "dino-bridge.outboxSettings" -}}
{{- $bridge := include "dino-bridge.settings" . | fromYaml }}
{{- $port := include "dino-bridge.port" (dict "settings" $bridge "name" "grpc-address") }}
{{- $own := dict "address" (printf "%s-headless:%s" (include "dino-bridge.fullname" .) $port) "ops-address" "[::]:8081" }}
{{- with get $bridge "max-recipients" }}{{ $_ := set $own "max-recipients" . }}{{ end }}
{{- range $file := include "dino-bridge.outboxFiles" . | fromYamlArray }}
{{- range $i, $setting := .settings }}
{{- $_ := set $own $setting (printf "/etc/dino-outbox/%s/%s" $file.name (index $file.keys $i)) }}
{{- end }}
{{- end }}
{{- range $name, $value := .Values.outbox.config }}
{{- if not (kindIs "invalid" $value) }}{{ $_ := set $own $name (include "dino-bridge.text" $value) }}{{ end }}
{{- end }}
{{- toYaml $own }}
{{- end }}

{{/* What is wrong with its values, as a list. */}}
{{- define "dino-bridge.outboxErrors" -}}
{{- $wrong := list }}
{{- $bridge := include "dino-bridge.settings" . | fromYaml }}
{{- with .Values.outbox }}
{{- if .enabled }}
{{- if not .database.existingSecret }}
{{- $wrong = append $wrong "outbox.database.existingSecret is empty: it says where PostgreSQL is" }}
{{- end }}
{{- if and (get $bridge "auth-keys-file") (not .apiKey.existingSecret) (not .tls.client.existingSecret) }}
{{- $wrong = append $wrong "outbox.apiKey.existingSecret is empty, but callers need an API key" }}
{{- end }}
{{- if and (get $bridge "tls-cert-file") (not .tls.ca.existingSecret) }}
{{- $wrong = append $wrong "outbox.tls.ca.existingSecret is empty, but the bridge serves TLS" }}
{{- end }}
{{- if and (get $bridge "tls-client-ca-file") (not .tls.client.existingSecret) }}
{{- $wrong = append $wrong "outbox.tls.client.existingSecret is empty, but callers need a certificate" }}
{{- end }}
{{- if not (regexMatch ":[1-9][0-9]*$" (get (include "dino-bridge.outboxSettings" $ | fromYaml) "ops-address")) }}
{{- $wrong = append $wrong "outbox.config.ops-address must be host:port, with a fixed port that probes can use" }}
{{- end }}
{{- end }}
{{- end }}
{{- toJson $wrong }}
{{- end }}
