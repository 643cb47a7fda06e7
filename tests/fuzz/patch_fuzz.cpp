#include "api/decode.hpp"
#include "api/patch.hpp"
#include "api/resource.hpp"
#include "base/assert.hpp"

namespace {

const char* const document = R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","labels":{"app":"web"},
  "finalizers":["x","y"]},"spec":{"containers":[{"name":"c","image":"i","env":[{"name":"A","value":"1"}],
  "ports":[{"containerPort":80,"protocol":"TCP"}]}],"tolerations":[{"key":"k","operator":"Exists"}]}})";

}  // namespace

/// The first byte chooses the kind of patch, the rest is the patch, put on a pod. It gives a document or an
/// error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const auto pod = api::parse_json(document).value();
  static const auto* type = api::find_resource("", "v1", "pods")->type;
  const auto patch = api::parse_json({reinterpret_cast<const char*>(data) + 1, size - 1});
  if (!patch) return 0;
  if (data[0] % 3 == 0) {
    (void)api::apply_json_patch(pod, *patch);
  } else if (data[0] % 3 == 1) {
    const auto once = api::apply_merge_patch(pod, *patch);
    COX_ASSERT(api::apply_merge_patch(once, *patch) == once, "a merge patch put twice changes nothing more");
  } else {
    (void)api::apply_strategic_merge_patch(pod, *patch, *type);
  }
  return 0;
}
