{{/*
The mounted Secrets, as a list of {name, secret, items}. `name` is also the folder below
/etc/dino-bridge.
*/}}
{{- define "dino-bridge.secrets" -}}
{{- with .Values.auth }}
{{- if .existingSecret }}
- {name: auth, secret: {{ .existingSecret | quote }}, items: [{{ .key | quote }}]}
{{- end }}
{{- end }}
{{- with .Values.tls }}
{{- if .existingSecret }}
- {name: tls, secret: {{ .existingSecret | quote }}, items: [tls.crt, tls.key]}
{{- end }}
{{- if .clientCa.existingSecret }}
- {name: tls-client-ca, secret: {{ .clientCa.existingSecret | quote }}, items: [{{ .clientCa.key | quote }}]}
{{- end }}
{{- if .clientCrl.existingSecret }}
- {name: tls-client-crl, secret: {{ .clientCrl.existingSecret | quote }}, items: [{{ .clientCrl.key | quote }}]}
{{- end }}
{{- end }}
{{- with .Values.broker }}
{{- if .password.existingSecret }}
- {name: broker-password, secret: {{ .password.existingSecret | quote }}, items: [{{ .password.key | quote }}]}
{{- end }}
{{- if .tls.ca.existingSecret }}
- {name: broker-ca, secret: {{ .tls.ca.existingSecret | quote }}, items: [{{ .tls.ca.key | quote }}]}
{{- end }}
{{- if .tls.client.existingSecret }}
- {name: broker-tls, secret: {{ .tls.client.existingSecret | quote }}, items: [tls.crt, tls.key]}
{{- end }}
{{- end }}
{{- end }}

{{/* A setting's value as text. Numbers from YAML are floats, and must not become 1e+06. */}}
{{- define "dino-bridge.text" -}}
{{- if kindIs "slice" . }}
{{- join "," . }}
{{- else if kindIs "float64" . }}
{{- if eq . (floor .) }}{{ printf "%.0f" . }}{{ else }}{{ . }}{{ end }}
{{- else }}
{{- . }}
{{- end }}
{{- end }}

{{/* All settings as YAML: those of the chart, overridden by `config`. */}}
{{- define "dino-bridge.settings" -}}
{{- $root := "/etc/dino-bridge" }}
{{- $own := dict "grpc-address" "[::]:50051" "ops-address" "[::]:8080" "drain-delay" "5s" }}
{{- with .Values.auth }}
{{- if .existingSecret }}{{ $_ := set $own "auth-keys-file" (printf "%s/auth/%s" $root .key) }}{{ end }}
{{- if .allowAnonymous }}{{ $_ := set $own "allow-anonymous" "true" }}{{ end }}
{{- end }}
{{- with .Values.tls }}
{{- if .existingSecret }}
{{- $_ := set $own "tls-cert-file" (printf "%s/tls/tls.crt" $root) }}
{{- $_ := set $own "tls-key-file" (printf "%s/tls/tls.key" $root) }}
{{- end }}
{{- with .clientCa }}
{{- if .existingSecret }}{{ $_ := set $own "tls-client-ca-file" (printf "%s/tls-client-ca/%s" $root .key) }}{{ end }}
{{- end }}
{{- with .clientCrl }}
{{- if .existingSecret }}{{ $_ := set $own "tls-client-crl-file" (printf "%s/tls-client-crl/%s" $root .key) }}{{ end }}
{{- end }}
{{- end }}
{{- with .Values.broker }}
{{- if .username }}{{ $_ := set $own "mqtt-username" .username }}{{ end }}
{{- with .password }}
{{- if .existingSecret }}{{ $_ := set $own "mqtt-password-file" (printf "%s/broker-password/%s" $root .key) }}{{ end }}
{{- end }}
{{- with .tls.ca }}
{{- if .existingSecret }}{{ $_ := set $own "mqtt-tls-ca-file" (printf "%s/broker-ca/%s" $root .key) }}{{ end }}
{{- end }}
{{- if .tls.client.existingSecret }}
{{- $_ := set $own "mqtt-tls-cert-file" (printf "%s/broker-tls/tls.crt" $root) }}
{{- $_ := set $own "mqtt-tls-key-file" (printf "%s/broker-tls/tls.key" $root) }}
{{- end }}
{{- end }}
{{- range $name, $value := .Values.config }}
{{- if not (kindIs "invalid" $value) }}{{ $_ := set $own $name (include "dino-bridge.text" $value) }}{{ end }}
{{- end }}
{{- toYaml $own }}
{{- end }}

{{- define "dino-bridge.configData" -}}
{{- range $name, $value := include "dino-bridge.settings" . | fromYaml }}
DINO_{{ $name | upper | replace "-" "_" }}: {{ $value | quote }}
{{- end }}
{{- end }}

{{/* The port of the setting `name`: (dict "settings" ... "name" ...) */}}
{{- define "dino-bridge.port" -}}
{{- get .settings .name | regexFind "[0-9]+$" }}
{{- end }}

{{/* The ports of the brokers, each once, as a YAML list. */}}
{{- define "dino-bridge.brokerPorts" -}}
{{- $ports := list }}
{{- range regexSplit "," (get (include "dino-bridge.settings" . | fromYaml) "mqtt-brokers") -1 }}
{{- $ports = append $ports (trim . | regexFind "[0-9]+$" | int) }}
{{- end }}
{{- $ports | uniq | toJson }}
{{- end }}

{{/* drain-delay and drain-timeout together, in seconds, rounded up. */}}
{{- define "dino-bridge.drainSeconds" -}}
{{- $seconds := dict "h" 3600.0 "m" 60.0 "s" 1.0 "ms" 0.001 "us" 0.000001 "ns" 0.000000001 }}
{{- $sum := 0.0 }}
{{- $settings := include "dino-bridge.settings" . | fromYaml }}
{{- $both := printf "%s %s" (get $settings "drain-delay") (get $settings "drain-timeout" | default "25s") }}
{{- range regexFindAll "[0-9.]+(ms|us|ns|h|m|s)" $both -1 }}
{{- $unit := regexFind "[a-z]+$" . }}
{{- $sum = addf $sum (mulf (trimSuffix $unit . | float64) (get $seconds $unit)) }}
{{- end }}
{{- $sum | ceil | int }}
{{- end }}

{{- define "dino-bridge.graceSeconds" -}}
{{- if .Values.terminationGracePeriodSeconds }}
{{- .Values.terminationGracePeriodSeconds | int }}
{{- else }}
{{- add (include "dino-bridge.drainSeconds" . | int) 5 }}
{{- end }}
{{- end }}

{{/* Not empty if callers use TLS. */}}
{{- define "dino-bridge.tls" -}}
{{- get (include "dino-bridge.settings" . | fromYaml) "tls-cert-file" }}
{{- end }}
