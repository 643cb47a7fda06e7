#include "api/openapi_operations.hpp"
#include <algorithm>

namespace api::openapi {
namespace {

using Parameters = std::vector<Parameter>;

const Parameters list_parameters = {
    {"allowWatchBookmarks", "boolean"},
    {"continue", "string"},
    {"fieldSelector", "string"},
    {"labelSelector", "string"},
    {"limit", "integer"},
    {"resourceVersion", "string"},
    {"resourceVersionMatch", "string"},
    {"sendInitialEvents", "boolean"},
    {"timeoutSeconds", "integer"},
    {"watch", "boolean"},
};
const Parameters write_parameters = {
    {"dryRun", "string"}, {"fieldManager", "string"}, {"fieldValidation", "string"}};
const Parameters delete_parameters = {{"dryRun", "string"},
                                      {"gracePeriodSeconds", "integer"},
                                      {"ignoreStoreReadErrorWithClusterBreakingPotential", "boolean"},
                                      {"orphanDependents", "boolean"},
                                      {"propagationPolicy", "string"}};

Parameters both(Parameters a, const Parameters& b) {
  a.insert(a.end(), b.begin(), b.end());
  std::sort(a.begin(), a.end(), [](const auto& x, const auto& y) { return x.name < y.name; });
  return a;
}

std::string capitalized(std::string_view text) {
  std::string out(text);
  if (!out.empty()) out[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(out[0])));
  return out;
}

/// "rbacAuthorization" for rbac.authorization.k8s.io, "core" for the core group.
std::string short_group(std::string_view group) {
  if (group.empty()) return "core";
  if (group.ends_with(".k8s.io")) group.remove_suffix(7);
  std::string out;
  while (!group.empty()) {
    const auto dot = group.find('.');
    const auto label = group.substr(0, dot);
    out += out.empty() ? std::string(label) : capitalized(label);
    group = dot == std::string_view::npos ? std::string_view() : group.substr(dot + 1);
  }
  return out;
}

const Type* meta_type(std::string_view name) {
  return find_type("io.k8s.apimachinery.pkg.apis.meta.v1." + std::string(name));
}

/// The query parameters of the subresources that are no REST objects. Their option kinds are only ever sent
/// in a query, so the schema does not hold them. Source: the reference of Pod, Node and Service operations.
Parameters option_parameters(std::string_view subresource) {
  if (subresource == "exec")
    return {{"command", "string"}, {"container", "string"}, {"stderr", "boolean"},
            {"stdin", "boolean"},  {"stdout", "boolean"},   {"tty", "boolean"}};
  if (subresource == "attach")
    return {{"container", "string"},
            {"stderr", "boolean"},
            {"stdin", "boolean"},
            {"stdout", "boolean"},
            {"tty", "boolean"}};
  if (subresource == "portforward") return {{"ports", "integer"}};
  if (subresource == "proxy") return {{"path", "string"}};
  if (subresource == "log")
    return {{"container", "string"},   {"follow", "boolean"},   {"insecureSkipTLSVerifyBackend", "boolean"},
            {"limitBytes", "integer"}, {"previous", "boolean"}, {"sinceSeconds", "integer"},
            {"sinceTime", "string"},   {"stream", "string"},    {"tailLines", "integer"},
            {"timestamps", "boolean"}};
  return {};
}

/// Writes the operations of one resource or subresource.
class Builder {
 public:
  explicit Builder(const ResourceInfo& r) : r_(r) {
    const auto slash = r.resource.find('/');
    root_ = (r.group.empty() ? "/api/" : "/apis/" + r.group + "/") + r.version;
    plural_ = r.resource.substr(0, slash);
    const auto group = short_group(r.group);
    tag_ = group + "_" + r.version;
    id_group_ = capitalized(group) + capitalized(r.version);
    const auto* parent = find_resource(r.group, r.version, plural_);
    id_kind_ =
        (r.namespaced ? "Namespaced" : "") + (parent ? parent->kind : r.kind) + capitalized(r.subresource);
  }

  std::vector<Path> build() {
    if (r_.subresource.empty()) {
      add(place() + "/" + plural_, collection());
      if (r_.namespaced) add(root_ + "/" + plural_, everywhere());
    }
    const auto item =
        place() + "/" + plural_ + "/{name}" + (r_.subresource.empty() ? "" : "/" + r_.subresource);
    add(item, single());
    if (r_.subresource == "proxy") add(item + "/{path}", connect());
    return std::move(paths_);
  }

 private:
  std::string place() const { return root_ + (r_.namespaced ? "/namespaces/{namespace}" : ""); }
  bool has(std::string_view verb) const {
    return std::find(r_.verbs.begin(), r_.verbs.end(), verb) != r_.verbs.end();
  }
  Operation make(std::string_view method, std::string_view action, std::string verb, const Type* request,
                 const Type* response, Parameters query) const {
    return {method, action, verb + id_group_ + id_kind_, request, response, std::move(query)};
  }
  const Type* list_type() const {
    if (r_.extension) return &r_.extension->list_type();
    return r_.type ? find_type(r_.type->name + "List") : nullptr;
  }

  std::vector<Operation> collection() const {
    std::vector<Operation> out;
    if (has("list")) out.push_back(make("get", "list", "list", nullptr, list_type(), list_parameters));
    if (has("create")) out.push_back(make("post", "post", "create", r_.type, r_.type, write_parameters));
    if (has("deletecollection")) {
      auto op = make("delete", "deletecollection", "deleteCollection", meta_type("DeleteOptions"),
                     meta_type("Status"), both(list_parameters, delete_parameters));
      std::erase_if(op.query,
                    [](const auto& p) { return p.name == "watch" || p.name == "allowWatchBookmarks"; });
      out.push_back(std::move(op));
    }
    return out;
  }

  std::vector<Operation> everywhere() const {
    if (!has("list")) return {};
    auto op = make("get", "list", "list", nullptr, list_type(), list_parameters);
    op.id = "list" + id_group_ + r_.kind + "ForAllNamespaces";
    return {std::move(op)};
  }

  std::vector<Operation> single() const {
    if (has("connect")) return connect();
    std::vector<Operation> out;
    const bool log = r_.subresource == "log";
    if (has("get"))
      out.push_back(
          make("get", "get", "read", nullptr, log ? nullptr : r_.type, option_parameters(r_.subresource)));
    if (has("update")) out.push_back(make("put", "put", "replace", r_.type, r_.type, write_parameters));
    if (!r_.subresource.empty() && has("create"))
      out.push_back(make("post", "post", "create", r_.type, r_.type, write_parameters));
    if (has("delete"))
      out.push_back(make("delete", "delete", "delete", meta_type("DeleteOptions"), meta_type("Status"),
                         delete_parameters));
    if (has("patch"))
      out.push_back(
          make("patch", "patch", "patch", nullptr, r_.type, both(write_parameters, {{"force", "boolean"}})));
    return out;
  }

  std::vector<Operation> connect() const {
    std::vector<Operation> out;
    const auto query = option_parameters(r_.subresource);
    const bool proxy = r_.subresource == "proxy";
    for (const std::string_view method : {"get", "post", "put", "delete", "patch"}) {
      if (!proxy && method != "get" && method != "post") continue;
      out.push_back(make(method, "connect", "connect", nullptr, nullptr, query));
      out.back().id = "connect" + id_group_ + capitalized(method) + id_kind_;
    }
    return out;
  }

  void add(const std::string& path, std::vector<Operation> operations) {
    if (operations.empty()) return;
    Path out{path, tag_, &r_, {}, std::move(operations)};
    for (const std::string_view name : {"name", "namespace", "path"})
      if (path.find("{" + std::string(name) + "}") != std::string::npos) out.placeholders.push_back(name);
    if (path.ends_with("{path}"))
      for (auto& op : out.operations)
        op.id += "WithPath";
    paths_.push_back(std::move(out));
  }

  const ResourceInfo& r_;
  std::string root_, plural_, tag_, id_group_, id_kind_;
  std::vector<Path> paths_;
};

}  // namespace

std::vector<Path> paths_of(std::span<const ResourceInfo* const> resources) {
  std::vector<Path> all;
  for (const auto* resource : resources)
    for (auto& path : Builder(*resource).build())
      all.push_back(std::move(path));
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return all;
}

}  // namespace api::openapi
