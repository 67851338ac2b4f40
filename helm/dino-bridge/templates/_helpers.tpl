{{- define "dino-bridge.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 52 | trimSuffix "-" }}
{{- end }}

{{/* Short enough to append "-headless". */}}
{{- define "dino-bridge.fullname" -}}
{{- $name := include "dino-bridge.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "dino-bridge.selectorLabels" -}}
app.kubernetes.io/name: {{ include "dino-bridge.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "dino-bridge.labels" -}}
{{ include "dino-bridge.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "dino-bridge.image" -}}
{{- include "dino-bridge.imageOf" (list . .Values.image) }}
{{- end }}

{{/* The name of an image: (list $ .Values.image) */}}
{{- define "dino-bridge.imageOf" -}}
{{- $chart := (first .).Chart }}
{{- with last . }}
{{- if .digest }}
{{- printf "%s@%s" .repository .digest }}
{{- else }}
{{- printf "%s:%s" .repository (.tag | default $chart.AppVersion) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "dino-bridge.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "dino-bridge.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{/* The families of addresses that a Service has. */}}
{{- define "dino-bridge.ipFamilies" -}}
{{- with .Values.service.ipFamilyPolicy }}
ipFamilyPolicy: {{ . }}
{{- end }}
{{- with .Values.service.ipFamilies }}
ipFamilies:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
