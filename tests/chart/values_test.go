package chart

// Values beside the required ones, each under a name.
var matrix = map[string]string{
	"as it comes": "",
	"open to a mesh": `
auth: {existingSecret: "", allowAnonymous: true}
`,
	"mutual TLS": `
auth: {existingSecret: ""}
tls:
  existingSecret: bridge-tls
  clientCa: {existingSecret: callers-ca}
  clientCrl: {existingSecret: callers-crl, key: revoked.pem}
`,
	"broker with TLS, certificate and password": `
config: {mqtt-brokers: "a.example:8883,[2001:db8::1]:8884, b.example:8883"}
broker:
  username: bridge
  password: {existingSecret: broker-password}
  tls: {ca: {existingSecret: broker-ca}, client: {existingSecret: broker-client}}
`,
	"settings of every kind": `
config:
  environment: prod
  mqtt-brokers: ["vernemq-0.vernemq:1883", "vernemq-1.vernemq:1883"]
  mqtt-sessions: 16
  max-pending-publications: 2000000
  max-pending-bytes: auto
  drain-timeout: 1m30s
  log-format: text
  allow-anonymous: false
  topic-template: null
`,
	"autoscaling": `
autoscaling:
  enabled: true
  minReplicas: 3
  maxReplicas: 30
  targetPendingBytesPercentage: 50
  metrics:
    - type: Pods
      pods:
        metric: {name: dino_bridge_pending_publications}
        target: {type: AverageValue, averageValue: "100000"}
`,
	"network policy": `
networkPolicy:
  enabled: true
  callers:
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: chat}}
      podSelector: {matchLabels: {app: backend}}
  operators:
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}
  brokers:
    - ipBlock: {cidr: 10.1.0.0/16}
  nameServers:
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}
  extraIngress:
    - from: [{podSelector: {matchLabels: {app: proxy}}}]
  extraEgress:
    - to: [{ipBlock: {cidr: 10.2.0.0/16}}]
      ports: [{port: 4317}]
`,
	"network policy as it comes": "networkPolicy: {enabled: true}",
	"service monitor, rules and dashboard": `
metrics:
  serviceMonitor:
    enabled: true
    labels: {release: prometheus}
    relabelings: [{action: labeldrop, regex: pod_template_hash}]
  prometheusRule:
    enabled: true
    labels: {release: prometheus}
    additionalGroups:
      - name: more
        rules: [{record: "dino:calls", expr: "sum(rate(grpc_server_started_total[5m]))"}]
  dashboard: {enabled: true, annotations: {grafana_folder: chat}}
`,
	"pod monitor": "metrics: {podMonitor: {enabled: true, interval: 30s}}",
	"placed": `
replicaCount: 5
priorityClassName: high
nodeSelector: {kubernetes.io/arch: amd64}
tolerations: [{key: chat, operator: Exists, effect: NoSchedule}]
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 1
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector: {matchLabels: {app.kubernetes.io/name: dino-bridge}}
topologySpreadConstraints: []
podDisruptionBudget: {minAvailable: 60%, maxUnavailable: ""}
`,
	"extras": `
image: {repository: registry.example/chat/dino-bridge, digest: "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}
imagePullSecrets: [{name: registry}]
commonLabels: {team: chat}
podLabels: {sidecar.istio.io/inject: "true"}
podAnnotations: {prometheus.io/scrape: "false"}
serviceAccount: {create: false, name: shared}
service:
  type: LoadBalancer
  port: 443
  nodePort: 30443
  labels: {exposed: "true"}
  annotations: {a.example/internal: "true"}
  headlessAnnotations: {a.example/headless: "true"}
  appProtocol: kubernetes.io/h2c
  ipFamilyPolicy: RequireDualStack
  ipFamilies: [IPv6, IPv4]
  trafficDistribution: PreferClose
  internalTrafficPolicy: Cluster
  externalTrafficPolicy: Local
  loadBalancerClass: a.example/internal
  loadBalancerSourceRanges: [10.0.0.0/8]
dnsPolicy: None
dnsConfig: {nameservers: [10.0.0.10], options: [{name: ndots, value: "1"}]}
initContainers:
  - name: wait
    image: registry.example/wait:1
    securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
extraObjects:
  - apiVersion: v1
    kind: ConfigMap
    metadata: {name: "{{ .Release.Name }}-more"}
  - |
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: {{ include "dino-bridge.fullname" . }}-text
      labels: {{- include "dino-bridge.labels" . | nindent 8 }}
extraEnv: [{name: TZ, value: UTC}]
extraEnvFrom: [{secretRef: {name: more, optional: true}}]
extraVolumes: [{name: scratch, emptyDir: {}}]
extraVolumeMounts: [{name: scratch, mountPath: /tmp}]
podDisruptionBudget: {enabled: false}
config: {drain-delay: 0s}
terminationGracePeriodSeconds: 120
`,
	"long names": `
fullnameOverride: a-name-that-is-much-longer-than-what-kubernetes-lets-a-service-have
nameOverride: another-name-that-is-longer-than-what-a-label-is-allowed-to-have-by-far
`,
	"gateway": `
grpcRoute:
  enabled: true
  parentRefs: [{name: public, namespace: gateways, sectionName: grpc}]
  hostnames: [bridge.example]
  filters: [{type: RequestHeaderModifier, requestHeaderModifier: {remove: [x-forwarded-for]}}]
  labels: {exposed: "true"}
  annotations: {a.example/owner: chat}
`,
	"arrival check": `
arrivalCheck:
  enabled: true
  schedule: "*/2 * * * *"
  args: [--timeout=5s]
  apiKey: {existingSecret: prober, key: key}
  receive:
    broker: vernemq:8883
    username: prober
    password: {existingSecret: prober-mqtt}
    tls: {ca: {existingSecret: broker-ca}, client: {existingSecret: prober-mqtt-tls}}
config: {environment: prod}
`,
	"arrival check with mutual TLS": `
auth: {existingSecret: ""}
tls: {existingSecret: bridge-tls, clientCa: {existingSecret: callers-ca}}
arrivalCheck:
  enabled: true
  tls: {ca: {existingSecret: bridge-ca}, client: {existingSecret: prober-tls}}
`,
	"outbox": `
outbox:
  enabled: true
  replicaCount: 3
  config: {on-failure: block, lanes: 4, batch-events: 1000, poll-interval: 500ms, log-level: null}
  database: {existingSecret: chat-database, key: url}
  apiKey: {existingSecret: outbox-key}
config: {max-recipients: 20000}
metrics: {podMonitor: {enabled: true, labels: {release: prometheus}}}
networkPolicy: {enabled: true}
`,
	"outbox with mutual TLS": `
auth: {existingSecret: ""}
tls: {existingSecret: bridge-tls, clientCa: {existingSecret: callers-ca}}
outbox:
  enabled: true
  image: {repository: registry.example/chat/dino-outbox, tag: "1"}
  database: {existingSecret: chat-database}
  tls: {ca: {existingSecret: bridge-ca}, client: {existingSecret: outbox-tls}}
metrics: {serviceMonitor: {enabled: true}}
`,
	"all pods at once": "updateStrategy: {type: Recreate}",
	"other ports":      `config: {grpc-address: "[::]:9090", ops-address: "0.0.0.0:9091"}`,
}
