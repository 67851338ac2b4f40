{{/* Rejects values that cannot work, with all errors at once. */}}
{{- define "dino-bridge.checks" -}}
{{- $wrong := list }}
{{- $settings := include "dino-bridge.settings" . | fromYaml }}
{{- $get := dict }}
{{- range $name := list "mqtt-brokers" "auth-keys-file" "tls-client-ca-file" "tls-client-crl-file" "tls-cert-file" "mqtt-tls-ca-file" "mqtt-tls-cert-file" }}
{{- $_ := set $get $name (default "" (get $settings $name)) }}
{{- end }}
{{- if not (get $get "mqtt-brokers") }}
{{- $wrong = append $wrong "config.mqtt-brokers is empty: set it to the MQTT v5 brokers, for example --set config.mqtt-brokers=vernemq.mqtt.svc:1883" }}
{{- end }}
{{- range $name := list "grpc-address" "ops-address" }}
{{- if not (get $settings $name | regexMatch ":[1-9][0-9]*$") }}
{{- $wrong = append $wrong (printf "config.%s must be host:port, with a fixed port that probes and Services can use" $name) }}
{{- end }}
{{- end }}
{{- $loopback := get $settings "grpc-address" | regexMatch "^(127\\.|localhost:|\\[::1\\])" }}
{{- $anonymous := eq (default "" (get $settings "allow-anonymous")) "true" }}
{{- if not (or $loopback $anonymous (get $get "auth-keys-file") (get $get "tls-client-ca-file")) }}
{{- $wrong = append $wrong "nothing authenticates callers: set auth.existingSecret (API keys) or tls.clientCa.existingSecret (client certificates), or auth.allowAnonymous=true if something else, such as a service mesh, does" }}
{{- end }}
{{- if and (get $get "tls-client-ca-file") (not (get $get "tls-cert-file")) }}
{{- $wrong = append $wrong "tls.clientCa needs tls.existingSecret" }}
{{- end }}
{{- if and (get $get "tls-client-crl-file") (not (get $get "tls-client-ca-file")) }}
{{- $wrong = append $wrong "tls.clientCrl needs tls.clientCa" }}
{{- end }}
{{- if and (get $get "mqtt-tls-cert-file") (not (get $get "mqtt-tls-ca-file")) }}
{{- $wrong = append $wrong "broker.tls.client needs broker.tls.ca" }}
{{- end }}
{{- $needed := include "dino-bridge.drainSeconds" . | int }}
{{- $grace := include "dino-bridge.graceSeconds" . | int }}
{{- if lt $grace $needed }}
{{- $wrong = append $wrong (printf "terminationGracePeriodSeconds is %d, but config.drain-delay and config.drain-timeout together take %d: calls would be cut off" $grace $needed) }}
{{- end }}
{{- with .Values.podDisruptionBudget }}
{{- if and .enabled (ne (toString .minAvailable) "") (ne (toString .maxUnavailable) "") }}
{{- $wrong = append $wrong "set only one of podDisruptionBudget.minAvailable and maxUnavailable, and the other to \"\"" }}
{{- end }}
{{- end }}
{{- with .Values.autoscaling }}
{{- if and .enabled (gt (int .minReplicas) (int .maxReplicas)) }}
{{- $wrong = append $wrong "autoscaling.minReplicas is more than autoscaling.maxReplicas" }}
{{- end }}
{{- if and .enabled (not .targetCPUUtilizationPercentage) (not .metrics) }}
{{- $wrong = append $wrong "autoscaling has no metric: set autoscaling.targetCPUUtilizationPercentage or autoscaling.metrics" }}
{{- end }}
{{- end }}
{{- with .Values.metrics }}
{{- if and .serviceMonitor.enabled .podMonitor.enabled }}
{{- $wrong = append $wrong "metrics.serviceMonitor and metrics.podMonitor would both scrape every pod: enable only one" }}
{{- end }}
{{- end }}
{{- if $wrong }}
{{- fail (printf "\n\n  - %s\n" (join "\n  - " $wrong)) }}
{{- end }}
{{- end }}
