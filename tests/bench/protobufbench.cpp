// How quickly objects are turned into protobuf and back, in MB of their JSON a second, beside parsing and
// printing that JSON. One thread, no I/O.
//
//   protobufbench [SECONDS]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include "api/json_tape.hpp"
#include "api/protobuf.hpp"
#include "base/assert.hpp"

namespace {

using Steady = std::chrono::steady_clock;

/// A pod as a Deployment makes it and a node reports on it; some 2.5 KB.
std::string pod() {
  std::string containers, statuses;
  for (const std::string name : {"web", "sidecar"}) {
    if (!containers.empty()) containers += ",", statuses += ",";
    containers +=
        R"({"name":")" + name +
        R"(","image":"registry.example.com/shop/web:1.24.3","ports":[{"containerPort":8080,"name":"http",)"
        R"("protocol":"TCP"}],"env":[{"name":"LOG_LEVEL","value":"info"},{"name":"POD_NAME","valueFrom":)"
        R"({"fieldRef":{"apiVersion":"v1","fieldPath":"metadata.name"}}}],"resources":{"limits":)"
        R"({"cpu":"500m","memory":"256Mi"},"requests":{"cpu":"100m","memory":"128Mi"}},"volumeMounts":)"
        R"([{"name":"settings","mountPath":"/etc/web","readOnly":true}],"readinessProbe":{"httpGet":)"
        R"({"path":"/healthz","port":8080,"scheme":"HTTP"},"periodSeconds":10,"timeoutSeconds":1,)"
        R"("successThreshold":1,"failureThreshold":3},"terminationMessagePath":"/dev/termination-log",)"
        R"("terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"})";
    statuses += R"({"name":")" + name +
                R"(","state":{"running":{"startedAt":"2026-01-02T03:04:05Z"}},"ready":true,"restartCount":0,)"
                R"("image":"registry.example.com/shop/web:1.24.3","started":true})";
  }
  return R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-6d4cf56db6-x2b9k","generateName":"web-6d4cf56db6-",)"
         R"("namespace":"default","uid":"0b1f4a52-93a4-4b3c-9d2a-6f3a2b1c0d9e","resourceVersion":"123456",)"
         R"("generation":1,"creationTimestamp":"2026-01-02T03:04:05Z","labels":{"app":"web","pod-template-hash":)"
         R"("6d4cf56db6"},"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web-6d4cf56db6",)"
         R"("uid":"5f0f4a52-93a4-4b3c-9d2a-6f3a2b1c0d9e","controller":true,"blockOwnerDeletion":true}]},"spec":)"
         R"({"volumes":[{"name":"settings","configMap":{"name":"web","defaultMode":420}}],"containers":[)" +
         containers +
         R"(],"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst",)"
         R"("serviceAccountName":"default","nodeName":"node-17","securityContext":{},"schedulerName":)"
         R"("default-scheduler","tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists",)"
         R"("effect":"NoExecute","tolerationSeconds":300}],"enableServiceLinks":true},"status":{"phase":"Running",)"
         R"("conditions":[{"type":"Ready","status":"True","lastTransitionTime":"2026-01-02T03:04:09Z"}],"hostIP":)"
         R"("10.0.0.17","podIP":"10.244.17.3","podIPs":[{"ip":"10.244.17.3"}],"startTime":"2026-01-02T03:04:05Z",)"
         R"("containerStatuses":[)" +
         statuses + R"(],"qosClass":"Burstable"}})";
}

template <class Work>
void measure(const char* what, std::size_t bytes, double seconds, Work work) {
  std::size_t rounds = 0;
  const auto begin = Steady::now();
  std::chrono::duration<double> spent{};
  do {
    for (int i = 0; i < 100; ++i)
      work();
    rounds += 100;
    spent = Steady::now() - begin;
  } while (spent.count() < seconds);
  const auto each = spent.count() / static_cast<double>(rounds);
  std::printf("%-28s %8.1f MB/s %8.2f us\n", what, static_cast<double>(bytes) / each / 1e6, each * 1e6);
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 1;
  const auto json = pod();
  const auto& type = *api::find_type("io.k8s.api.core.v1.Pod");
  api::ProtobufWriter writer;
  const auto written = writer.object(json, type);
  COX_ASSERT(written, "a pod has a protobuf form");
  const std::string bytes(*written);
  std::printf("a pod of %zu bytes of JSON, %zu of protobuf\n", json.size(), bytes.size());
  api::JsonTape tape;
  measure("tokens of the JSON", json.size(), seconds, [&] { COX_ASSERT(tape.parse(json), "it is JSON"); });
  measure("to protobuf", json.size(), seconds, [&] { COX_ASSERT(writer.object(json, type), "as above"); });
  measure("from protobuf", json.size(), seconds,
          [&] { COX_ASSERT(api::parse_protobuf(bytes, type).has_value(), "it was just written"); });
  const auto tree = api::parse_json(json).value();
  measure("JSON parsed", json.size(), seconds,
          [&] { COX_ASSERT(api::parse_json(json).has_value(), "it is JSON"); });
  measure("JSON printed", json.size(), seconds,
          [&] { COX_ASSERT(!api::encode(tree).empty(), "it is JSON"); });
}
