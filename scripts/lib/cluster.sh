# The shape of a cluster on this machine: ports, flags of each daemon, and the order they start in.
# Sourced after common.sh and daemons.sh. Uses: state, bin, stores, apiservers, nodes, runtime, port_offset.

service_cidr=10.96.0.0/12
cluster_cidr=10.244.0.0/16
cluster_domain=cluster.local
issuer="https://kubernetes.default.svc.$cluster_domain"

store_port() { echo $((2379 + 10 * ($1 - 1) + port_offset)); }
peer_port() { echo $((2380 + 10 * ($1 - 1) + port_offset)); }
apiserver_port() { echo $((6443 + $1 - 1 + port_offset)); }
scheduler_port() { echo $((10259 + port_offset)); }
controllers_port() { echo $((10257 + port_offset)); }
# The first node has the kubelet's own port; the others leave room for the scheduler and the controllers.
node_port() { (($1 == 1)) && echo $((10250 + port_offset)) || echo $((11250 + $1 - 1 + port_offset)); }

# each COUNT FORMAT_FUNCTION: its outputs for 1..COUNT, separated by commas.
each() {
  local i out=''
  for ((i = 1; i <= $1; i++)); do out+="${out:+,}$($2 "$i")"; done
  printf '%s' "$out"
}
store_url() { echo "https://127.0.0.1:$(store_port "$1")"; }
store_member() { echo "store-$1=https://127.0.0.1:$(peer_port "$1")"; }
apiserver_url() { echo "https://127.0.0.1:$(apiserver_port "$1")"; }

# The administrator's curl: quick to give up, quiet, fails on an HTTP error.
ask() {
  curl --silent --fail --max-time 5 --cacert "$state/pki/ca.crt" --cert "$state/pki/admin.crt" \
    --key "$state/pki/admin.key" "$@"
}
ask_store() {
  curl --silent --fail --max-time 5 --cacert "$state/pki/etcd/ca.crt" --cert "$state/pki/apiserver-etcd-client.crt" \
    --key "$state/pki/apiserver-etcd-client.key" "$@"
}

start_store() {
  local name="store-$1" pki="$state/pki/etcd"
  start "$name" "$(store_port "$1") $(peer_port "$1")" "$bin/raft-store" \
    --name="$name" --data-dir="$state/data/$name" \
    --listen-client-urls="$(store_url "$1")" --advertise-client-urls="$(store_url "$1")" \
    --listen-peer-urls="https://127.0.0.1:$(peer_port "$1")" \
    --initial-advertise-peer-urls="https://127.0.0.1:$(peer_port "$1")" \
    --initial-cluster="$(each "$stores" store_member)" --initial-cluster-state=new \
    --cert-file="$pki/$name.crt" --key-file="$pki/$name.key" --trusted-ca-file="$pki/ca.crt" --client-cert-auth \
    --peer-cert-file="$pki/$name-peer.crt" --peer-key-file="$pki/$name-peer.key" --peer-trusted-ca-file="$pki/ca.crt"
}

start_apiserver() {
  local pki="$state/pki"
  start "apiserver-$1" "$(apiserver_port "$1")" "$bin/apiserver" \
    --bind-address=127.0.0.1 --secure-port="$(apiserver_port "$1")" \
    --etcd-servers="$(each "$stores" store_url)" --etcd-cafile="$pki/etcd/ca.crt" \
    --etcd-certfile="$pki/apiserver-etcd-client.crt" --etcd-keyfile="$pki/apiserver-etcd-client.key" \
    --client-ca-file="$pki/ca.crt" --tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key" \
    --service-account-issuer="$issuer" --service-account-key-file="$pki/sa.pub" \
    --service-account-signing-key-file="$pki/sa.key" --service-cluster-ip-range="$service_cidr" \
    --kubelet-client-certificate="$pki/apiserver-kubelet-client.crt" \
    --kubelet-client-key="$pki/apiserver-kubelet-client.key" --kubelet-certificate-authority="$pki/ca.crt" \
    --proxy-client-cert-file="$pki/front-proxy-client.crt" --proxy-client-key-file="$pki/front-proxy-client.key" \
    --requestheader-client-ca-file="$pki/front-proxy-ca.crt" --requestheader-allowed-names=front-proxy-client \
    --authorization-mode=Node,RBAC --anonymous-auth=true
}

start_scheduler() {
  start scheduler "$(scheduler_port)" "$bin/scheduler" --kubeconfig="$state/scheduler.kubeconfig" \
    --bind-address=127.0.0.1 --secure-port="$(scheduler_port)" --leader-elect
}

start_controllers() {
  start controllers "$(controllers_port)" "$bin/controllers" --kubeconfig="$state/controllers.kubeconfig" \
    --bind-address=127.0.0.1 --secure-port="$(controllers_port)" --leader-elect --use-service-account-credentials \
    --root-ca-file="$state/pki/ca.crt" --service-account-private-key-file="$state/pki/sa.key" \
    --cluster-cidr="$cluster_cidr"
}

start_node() {
  local name="node-$1" pki="$state/pki/nodes/node-$1"
  start "$name" "$(node_port "$1")" "$bin/node-agent" --kubeconfig="$state/$name.kubeconfig" \
    --hostname-override="$name" --root-dir="$state/data/$name" --address=127.0.0.1 --port="$(node_port "$1")" \
    --tls-cert-file="$pki/kubelet.crt" --tls-private-key-file="$pki/kubelet.key" --client-ca-file="$state/pki/ca.crt" \
    --runtime="$runtime" --cluster-domain="$cluster_domain" --node-ip=127.0.0.1
}

# Without a serving certificate the scheduler and the controllers make one, or serve plain HTTP; each counts.
ops_ready() { ask --insecure "https://127.0.0.1:$1/readyz" || ask "http://127.0.0.1:$1/readyz"; }

# The wanted nodes that the API server does not call Ready, one a line. All are asked about at once: there may be hundreds.
nodes_not_ready() {
  ask "$(apiserver_url 1)/api/v1/nodes" | python3 -c '
import json, sys
def is_ready(node):
    return any(c["type"] == "Ready" and c["status"] == "True" for c in node["status"].get("conditions", []))
ready = {n["metadata"]["name"] for n in json.load(sys.stdin)["items"] if is_ready(n)}
wanted = [f"node-{i}" for i in range(1, int(sys.argv[1]) + 1)]
print(*(name for name in wanted if name not in ready), sep="\n")' "$nodes"
}

wait_for_nodes() {
  local deadline=$((SECONDS + 60 + nodes / 4)) missing name
  until missing="$(nodes_not_ready 2>/dev/null)" && [[ -z "$missing" ]]; do
    # One that has died stays missing and comes among the first in the end.
    for name in $(head -n 5 <<<"$missing"); do
      [[ -n "$(pid_of "$name")" ]] || give_up "$name" "stopped right after its start"
    done
    ((SECONDS < deadline)) || give_up "${name:-apiserver-1}" "did not become ready in time"
    sleep 0.2
  done
}

start_cluster() {
  local i
  step "starting $stores store(s)"
  for ((i = 1; i <= stores; i++)); do start_store "$i"; done
  for ((i = 1; i <= stores; i++)); do wait_for "store-$i" 30 ask_store "$(store_url "$i")/readyz"; done
  step "starting $apiservers API server(s)"
  for ((i = 1; i <= apiservers; i++)); do start_apiserver "$i"; done
  for ((i = 1; i <= apiservers; i++)); do wait_for "apiserver-$i" 60 ask "$(apiserver_url "$i")/readyz"; done
  step "starting the scheduler, the controllers and $nodes node(s) with the $runtime runtime"
  start_scheduler
  start_controllers
  for ((i = 1; i <= nodes; i++)); do start_node "$i"; done
  wait_for scheduler 30 ops_ready "$(scheduler_port)"
  wait_for controllers 30 ops_ready "$(controllers_port)"
  for ((i = 1; i <= nodes; i++)); do wait_for "node-$i" 30 ops_ready "$(node_port "$i")"; done
  step "waiting for the node(s) to be Ready"
  wait_for_nodes
}

# Daemons of an earlier, larger shape.
stop_surplus() {
  local name surplus=()
  while read -r name; do
    case "$name" in
      apiserver-*) ((${name#apiserver-} <= apiservers)) || surplus+=("$name") ;;
      node-*) ((${name#node-} <= nodes)) || surplus+=("$name") ;;
    esac
  done < <(names_running)
  ((${#surplus[@]} > 0)) || return 0
  say "    no longer wanted: ${surplus[*]}"
  stop "${surplus[@]}"
  for name in "${surplus[@]}"; do end_pods "$name"; done
}
