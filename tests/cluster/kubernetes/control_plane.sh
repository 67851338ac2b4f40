# shellcheck shell=bash
# etcd, Kubernetes' own servers, and CoreDNS. The API server is also reached at a port of loopback.

: "${dir:?}" "${programs:?}" "${control_plane:?}"
readonly services=10.96.0.0/16

# make_keys: an authority, what the API server shows, and an administrator, whom all parts are.
make_keys() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority \
    -keyout "$dir/authority.key" -out "$dir/authority.crt"
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=kube-apiserver \
    -keyout "$dir/server.key" -out "$dir/server.csr"
  openssl x509 -req -days 2 -CA "$dir/authority.crt" -CAkey "$dir/authority.key" -CAcreateserial -in "$dir/server.csr" \
    -extfile <(echo "subjectAltName=IP:$control_plane,IP:127.0.0.1,IP:10.96.0.1,DNS:kubernetes.default.svc") \
    -out "$dir/server.crt"
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /O=system:masters/CN=admin \
    -keyout "$dir/admin.key" -out "$dir/admin.csr"
  openssl x509 -req -days 2 -CA "$dir/authority.crt" -CAkey "$dir/authority.key" -CAcreateserial -in "$dir/admin.csr" \
    -extfile <(echo extendedKeyUsage=clientAuth) -out "$dir/admin.crt"
  openssl genrsa -out "$dir/accounts.key" 2048
}

# write_kubeconfig FILE SERVER
write_kubeconfig() {
  cat >"$1" <<YAML
apiVersion: v1
kind: Config
clusters: [{name: local, cluster: {server: "$2", certificate-authority: $dir/authority.crt}}]
users: [{name: admin, user: {client-certificate: $dir/admin.crt, client-key: $dir/admin.key}}]
contexts: [{name: local, context: {cluster: local, user: admin}}]
current-context: local
YAML
}

# start_beside WHERE NAME PROGRAM...: see beside and start.
start_beside() { start "$2" nsenter --net="/run/netns/dino-$1" -- "${@:3}"; }

kubectl() { "$programs/kubectl" "$@"; }
api_is_ready() { kubectl get --raw /readyz >/dev/null 2>&1; }

start_control_plane() {
  local port
  make_keys >"$dir/keys.log" 2>&1 || fail 'the keys cannot be made' keys
  write_kubeconfig "$dir/kubeconfig" "https://$control_plane:6443"
  start_beside control etcd "$programs/server" --data-dir "$dir/etcd" --unsafe-no-fsync --log-level error
  start_beside control apiserver "$programs/kube-apiserver" --etcd-servers http://127.0.0.1:2379 \
    --advertise-address "$control_plane" --service-cluster-ip-range "$services" --authorization-mode RBAC \
    --client-ca-file "$dir/authority.crt" --tls-cert-file "$dir/server.crt" --tls-private-key-file "$dir/server.key" \
    --service-account-key-file "$dir/accounts.key" --service-account-signing-key-file "$dir/accounts.key" \
    --service-account-issuer https://kubernetes.default.svc --cert-dir "$dir/certificates" \
    --kubelet-client-certificate "$dir/admin.crt" --kubelet-client-key "$dir/admin.key" \
    --kubelet-preferred-address-types InternalIP
  # The namespace has no way out: only by this does kubectl reach it.
  serve relay listening socat -dd "TCP-LISTEN:PORT,bind=127.0.0.1,fork" \
    EXEC:"nsenter --net=/run/netns/dino-control -- socat STDIO TCP\:127.0.0.1\:6443" || fail 'the relay does not start' relay
  write_kubeconfig "$dir/kubeconfig.outside" "https://127.0.0.1:$port"
  export KUBECONFIG=$dir/kubeconfig.outside PATH=$programs:$PATH
  within 120 api_is_ready || fail 'the API server does not become ready' etcd apiserver
  start_beside control controller-manager "$programs/kube-controller-manager" --kubeconfig "$dir/kubeconfig" \
    --service-account-private-key-file "$dir/accounts.key" --root-ca-file "$dir/authority.crt" --leader-elect=false
  start_beside control scheduler "$programs/kube-scheduler" --kubeconfig "$dir/kubeconfig" --leader-elect=false
  cat >"$dir/Corefile" <<TEXT
.:53 {
    errors
    ready
    kubernetes cluster.local in-addr.arpa {
        kubeconfig $dir/kubeconfig
    }
}
TEXT
  start_beside control dns "$programs/dns" -conf "$dir/Corefile"
}
