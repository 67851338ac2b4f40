{{/* Rejects values that cannot work, with all errors at once. */}}
{{- define "dino-bridge.checks" -}}
{{- $wrong := list }}
{{- $settings := include "dino-bridge.settings" . | fromYaml }}
{{- $get := dict }}
{{- range $name := list "mqtt-brokers" "auth-keys-file" "tls-client-ca-file" "tls-client-crl-file" "caller-from-header" "tls-cert-file" "mqtt-tls-ca-file" "mqtt-tls-cert-file" }}
{{- $_ := set $get $name (default "" (get $settings $name)) }}
{{- end }}
{{- if eq (toString .Values.enabled) "false" }}
{{- $wrong = append $wrong "enabled is false: only a chart that depends on this one can leave it out, with `condition: dino-bridge.enabled` among its dependencies" }}
{{- end }}
{{- if not (get $get "mqtt-brokers") }}
{{- $wrong = append $wrong "config.mqtt-brokers is empty: set it to the MQTT v5 brokers, for example --set config.mqtt-brokers=vernemq-headless.mqtt.svc:1883" }}
{{- end }}
{{- range $name := list "grpc-address" "ops-address" }}
{{- $address := get $settings $name }}
{{- if not (regexMatch ":[1-9][0-9]*$" $address) }}
{{- $wrong = append $wrong (printf "config.%s must be host:port, with a fixed port that probes and Services can use" $name) }}
{{- else if regexMatch "^(127\\.|localhost:|\\[(::1|::ffff:127\\.[0-9.]+)\\])" $address }}
{{- $wrong = append $wrong (printf "config.%s is %s, which only the pod itself can reach: neither probes nor callers could. Leave it out, or use [::]:PORT" $name $address) }}
{{- end }}
{{- end }}
{{- $anonymous := eq (default "" (get $settings "allow-anonymous")) "true" }}
{{- if not (or $anonymous (get $get "auth-keys-file") (get $get "tls-client-ca-file") (get $get "caller-from-header")) }}
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
{{- $bounds := list }}
{{- range list .minAvailable .maxUnavailable }}
{{- if not (has (toString .) (list "" "<nil>")) }}{{ $bounds = append $bounds . }}{{ end }}
{{- end }}
{{- if and .enabled (gt (len $bounds) 1) }}
{{- $wrong = append $wrong "set only one of podDisruptionBudget.minAvailable and maxUnavailable, and the other to \"\"" }}
{{- end }}
{{- if and .enabled (not $bounds) }}
{{- $wrong = append $wrong "podDisruptionBudget has neither minAvailable nor maxUnavailable: Kubernetes would let no pod go, and no node could be drained" }}
{{- end }}
{{- end }}
{{- with .Values.autoscaling }}
{{- if and .enabled (gt (int .minReplicas) (int .maxReplicas)) }}
{{- $wrong = append $wrong "autoscaling.minReplicas is more than autoscaling.maxReplicas" }}
{{- end }}
{{- if and .enabled (not .targetCPUUtilizationPercentage) (not .targetPendingBytesPercentage) (not .metrics) }}
{{- $wrong = append $wrong "autoscaling has no metric: set autoscaling.targetCPUUtilizationPercentage, targetPendingBytesPercentage or metrics" }}
{{- end }}
{{- end }}
{{- with .Values.metrics }}
{{- if and .serviceMonitor.enabled .podMonitor.enabled }}
{{- $wrong = append $wrong "metrics.serviceMonitor and metrics.podMonitor would both scrape every pod: enable only one" }}
{{- end }}
{{- end }}
{{- with .Values.grpcRoute }}
{{- if and .enabled (not .parentRefs) }}
{{- $wrong = append $wrong "grpcRoute.parentRefs is empty: name the Gateway that the route belongs to" }}
{{- end }}
{{- end }}
{{- with .Values.service }}
{{- if eq .type "ClusterIP" }}
{{- range $name := list "nodePort" "externalTrafficPolicy" }}
{{- if get $.Values.service $name }}
{{- $wrong = append $wrong (printf "service.%s needs service.type NodePort or LoadBalancer" $name) }}
{{- end }}
{{- end }}
{{- end }}
{{- if ne .type "LoadBalancer" }}
{{- range $name := list "loadBalancerClass" "loadBalancerSourceRanges" }}
{{- if get $.Values.service $name }}
{{- $wrong = append $wrong (printf "service.%s needs service.type LoadBalancer" $name) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- with .Values.arrivalCheck }}
{{- if and .enabled (get $get "auth-keys-file") (not .apiKey.existingSecret) (not .tls.client.existingSecret) }}
{{- $wrong = append $wrong "arrivalCheck.apiKey.existingSecret is empty, but callers need an API key" }}
{{- end }}
{{- if and .enabled (get $get "tls-cert-file") (not .tls.ca.existingSecret) }}
{{- $wrong = append $wrong "arrivalCheck.tls.ca.existingSecret is empty, but the bridge serves TLS" }}
{{- end }}
{{- if and .enabled (get $get "tls-client-ca-file") (not .tls.client.existingSecret) }}
{{- $wrong = append $wrong "arrivalCheck.tls.client.existingSecret is empty, but callers need a certificate" }}
{{- end }}
{{- range $where, $tls := dict "tls" .tls "receive.tls" .receive.tls }}
{{- if and $tls.client.existingSecret (not $tls.ca.existingSecret) }}
{{- $wrong = append $wrong (printf "arrivalCheck.%s.client needs arrivalCheck.%s.ca" $where $where) }}
{{- end }}
{{- end }}
{{- if and (not .receive.broker) (or .receive.username .receive.password.existingSecret .receive.tls.ca.existingSecret) }}
{{- $wrong = append $wrong "arrivalCheck.receive.broker is empty, but other values say how to receive" }}
{{- end }}
{{- end }}
{{- $wrong = concat $wrong (include "dino-bridge.outboxErrors" . | fromJsonArray) }}
{{- if $wrong }}
{{- fail (printf "\n\n  - %s\n" (join "\n  - " $wrong)) }}
{{- end }}
{{- end }}
