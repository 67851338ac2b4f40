package chart

import (
	"strings"
	"testing"
)

func TestRefusesWhatCannotWork(t *testing.T) {
	const nobody = `auth: {existingSecret: ""}`
	for name, one := range map[string]struct{ values, says string }{
		"no broker":                  {`config: {mqtt-brokers: ""}`, "config.mqtt-brokers is empty"},
		"nobody said who may call":   {nobody, "nothing authenticates callers"},
		"TLS alone says nothing":     {nobody + "\ntls: {existingSecret: a}", "nothing authenticates callers"},
		"a client CA without TLS":    {"tls: {clientCa: {existingSecret: a}}", "tls.clientCa needs tls.existingSecret"},
		"a list without its CA":      {"tls: {existingSecret: a, clientCrl: {existingSecret: b}}", "tls.clientCrl needs tls.clientCa"},
		"a certificate but no CA":    {"broker: {tls: {client: {existingSecret: a}}}", "broker.tls.client needs broker.tls.ca"},
		"too short to drain":         {"terminationGracePeriodSeconds: 29", "terminationGracePeriodSeconds is 29, but config.drain-delay and config.drain-timeout together take 30"},
		"drains for too long":        {"{terminationGracePeriodSeconds: 60, config: {drain-timeout: 1m}}", "together take 65"},
		"two budgets":                {"podDisruptionBudget: {minAvailable: 1}", "set only one of podDisruptionBudget.minAvailable and maxUnavailable"},
		"a budget without bounds":    {`podDisruptionBudget: {maxUnavailable: ""}`, "podDisruptionBudget has neither minAvailable nor maxUnavailable"},
		"its bound taken away":       {"podDisruptionBudget: {maxUnavailable: null}", "podDisruptionBudget has neither"},
		"more at least than at most": {"autoscaling: {enabled: true, minReplicas: 11}", "minReplicas is more than"},
		"nothing to scale by":        {"autoscaling: {enabled: true, targetCPUUtilizationPercentage: 0}", "autoscaling has no metric"},
		"two monitors":               {"metrics: {serviceMonitor: {enabled: true}, podMonitor: {enabled: true}}", "enable only one"},
		"a port that is not known":   {`config: {grpc-address: "0.0.0.0:0"}`, "config.grpc-address must be host:port"},
		"a port of the pod alone":    {`config: {grpc-address: "127.0.0.1:50051"}`, "config.grpc-address is 127.0.0.1:50051, which only the pod itself can reach"},
		"its other name":             {`config: {ops-address: "localhost:8080"}`, "config.ops-address is localhost:8080, which only the pod"},
		"its address of IPv6":        {`config: {ops-address: "[::1]:8080"}`, "which only the pod"},
		"the same in both":           {`config: {grpc-address: "[::ffff:127.0.0.1]:50051"}`, "which only the pod"},
		"left out by itself":         {"enabled: false", "enabled is false: only a chart that depends on this one"},
		"a route without Gateway":    {"grpcRoute: {enabled: true}", "grpcRoute.parentRefs is empty"},
		"a node's port of nobody":    {"service: {nodePort: 30000}", "service.nodePort needs service.type NodePort or LoadBalancer"},
		"sources of nobody":          {"service: {type: NodePort, loadBalancerSourceRanges: [10.0.0.0/8]}", "service.loadBalancerSourceRanges needs service.type LoadBalancer"},
		"a check without key":        {"arrivalCheck: {enabled: true}", "arrivalCheck.apiKey.existingSecret is empty"},
		"a check that trusts nobody": {"{tls: {existingSecret: a}, arrivalCheck: {enabled: true, apiKey: {existingSecret: b}}}", "arrivalCheck.tls.ca.existingSecret is empty"},
		"a check without name":       {"{tls: {existingSecret: a, clientCa: {existingSecret: b}}, arrivalCheck: {enabled: true, tls: {ca: {existingSecret: c}}}}", "arrivalCheck.tls.client.existingSecret is empty"},
		"a certificate for nobody":   {"arrivalCheck: {tls: {client: {existingSecret: a}}}", "arrivalCheck.tls.client needs arrivalCheck.tls.ca"},
		"one for no broker":          {"arrivalCheck: {receive: {broker: 'a:1', tls: {client: {existingSecret: a}}}}", "arrivalCheck.receive.tls.client needs arrivalCheck.receive.tls.ca"},
		"receives from nowhere":      {"arrivalCheck: {receive: {username: a}}", "arrivalCheck.receive.broker is empty"},
		"an outbox without database": {"outbox: {enabled: true}", "outbox.database.existingSecret is empty"},
		"an outbox without key":      {"outbox: {enabled: true, database: {existingSecret: a}}", "outbox.apiKey.existingSecret is empty"},
		"an outbox that trusts no one": {"{tls: {existingSecret: a}, outbox: {enabled: true, database: {existingSecret: b}, apiKey: {existingSecret: c}}}",
			"outbox.tls.ca.existingSecret is empty"},
		"an outbox without name": {"{tls: {existingSecret: a, clientCa: {existingSecret: b}}, outbox: {enabled: true, database: {existingSecret: c}, tls: {ca: {existingSecret: d}}}}",
			"outbox.tls.client.existingSecret is empty"},
		"an outbox on any port": {"outbox: {enabled: true, database: {existingSecret: a}, apiKey: {existingSecret: b}, config: {ops-address: '[::]:0'}}",
			"outbox.config.ops-address must be host:port"},
		"an address without port": {`config: {ops-address: "0.0.0.0"}`, "config.ops-address must be host:port"},
	} {
		t.Run(name, func(t *testing.T) {
			if said := refusal(t, required, one.values); !strings.Contains(said, one.says) {
				t.Errorf("says %s", said)
			}
		})
	}
}

func TestNamesAllThatIsWrongAtOnce(t *testing.T) {
	said := refusal(t)
	for _, want := range []string{"config.mqtt-brokers is empty", "nothing authenticates callers"} {
		if !strings.Contains(said, want) {
			t.Errorf("does not say %q:\n%s", want, said)
		}
	}
}

func TestTheSchemaRefusesBadValues(t *testing.T) {
	for _, one := range []string{
		"replicas: 3",
		"replicaCount: -1",
		"replicaCount: two",
		"image: {repository: ''}",
		"image: {pullPolicy: Sometimes}",
		"image: {digest: 'sha256:abc'}",
		"config: {MQTT_BROKERS: 'a:1883'}",
		"config: {mqtt-broker: 'a:1883'}",
		"config: {mqtt-sesions: 8}",
		"config: {mqtt-sessions: eight}",
		"config: {drain-timeout: 25}",
		"config: {log-level: verbose}",
		"config: {allow-anonymous: 1}",
		"config: {mqtt-brokers: [1]}",
		"config: {environment: [a, b]}",
		"service: {ipFamilyPolicy: DualStack}",
		"service: {ipFamilies: [IPv5]}",
		"service: {trafficDistribution: Near}",
		"autoscaling: {targetPendingBytesPercentage: 101}",
		"arrivalCheck: {topic: 'a/b'}",
		"outbox: {config: {lane: 2}}",
		"outbox: {config: {on-failure: ignore}}",
		"outbox: {config: {poll-interval: 5}}",
		"extraObjects: {a: b}",
		"config: {mqtt-brokers: 1883}",
		"config: {mqtt: {brokers: a}}",
		"auth: {existingSecret: Not_A_Name}",
		"auth: {allowAnonymous: 'yes'}",
		"auth: {key: 'a/b'}",
		"auth: {keysFile: a}",
		"tls: {secretName: a}",
		"tls: {clientCa: a}",
		"broker: {password: secret}",
		"broker: {tls: {client: {key: a}}}",
		"service: {type: ExternalName}",
		"service: {port: 70000}",
		"autoscaling: {maxReplicas: 0}",
		"podDisruptionBudget: {maxUnavailable: half}",
		"preStopSeconds: 5",
		"terminationGracePeriodSeconds: soon",
		"probes: {startup: {}}",
		"probes: {liveness: {periodSeconds: 0}}",
		"networkPolicy: {callers: everybody}",
		"metrics: {serviceMonitor: {interval: often}}",
		"metrics: {enabled: true}",
		"podLabels: {a: 1}",
		"extraEnv: {A: b}",
	} {
		t.Run(one, func(t *testing.T) {
			said := refusal(t, required, one)
			if !strings.Contains(said, "meet the specifications of the schema") {
				t.Errorf("not the schema: %s", said)
			}
		})
	}
}

// What a value is called in values.yaml, the schema must know; it knows no others.
func TestTheSchemaKnowsTheDefaults(t *testing.T) {
	if out, err := template(t, "1.37.0", read(t, folder+"/values.yaml"), required); err != nil {
		t.Error(out)
	}
}
