#include "api/names.hpp"
#include "apiserver/kinds/core_rules.hpp"
#include "apiserver/kinds/pod_rules.hpp"
#include "apiserver/kinds/syntax.hpp"

namespace apiserver::kinds::pod {
namespace {

constexpr std::string_view bad_mode = "must be a number between 0 and 0777 (octal), both inclusive";
constexpr std::string_view one_type = "may not specify more than 1 volume type";

void check_mode(const Part& part, std::string_view member) {
  const auto mode = part.number(member);
  if (mode && (*mode < 0 || *mode > 0777)) part.invalid(member, std::string(bad_mode));
}

void check_item(const Part& item) {
  item.require("key");
  item.require("path");
  check_plain_path(item.text("path"), item.at("path"), item.errors);
  check_mode(item, "mode");
}

void validate_keyed(const Part& source, std::string_view name) {
  source.require(name);
  check_mode(source, "defaultMode");
  source.each("items", check_item);
}

void validate_downward_item(const Part& item, const Path& path) {
  const Part at{item.value, path, item.errors};
  at.require("path");
  check_plain_path(at.text("path"), at.at("path"), at.errors);
  if (at.object("fieldRef")) {
    validate_field_ref(at.part("fieldRef"), {"metadata.annotations", "metadata.labels", "metadata.name",
                                             "metadata.namespace", "metadata.uid"});
    if (at.object("resourceFieldRef"))
      at.errors.invalid(path, "resource",
                        "fieldRef and resourceFieldRef can not be specified simultaneously");
  } else if (at.object("resourceFieldRef")) {
    validate_resource_field_ref(at.part("resourceFieldRef"), true);
  } else {
    at.errors.required(path, "one of fieldRef and resourceFieldRef is required");
  }
  check_mode(at, "mode");
}

/// One file of a projected volume may come from one source only.
struct ProjectedPaths {
  std::set<std::string> seen;
  void add(const Part& projected, std::string_view path, std::string_view bad) {
    if (!path.empty() && !seen.emplace(path).second)
      projected.errors.invalid(projected.path, json::value(bad), "conflicting duplicate paths");
  }
};

void validate_token(const Part& projected, const Part& token) {
  const auto seconds = token.number("expirationSeconds").value_or(3600);
  if (seconds < 600) token.invalid("expirationSeconds", "may not specify a duration less than 10 minutes");
  if (seconds > (std::int64_t(1) << 32))
    token.invalid("expirationSeconds", "may not specify a duration larger than 2^32 seconds");
  if (token.text("path").empty())
    projected.errors.required(projected.at("path"));
  else
    check_plain_path(token.text("path"), projected.at("path"), token.errors);
}

void validate_trust_bundle(const Part& bundle, const Part& projected, ProjectedPaths& paths) {
  const bool named = bundle.has("name"), signed_by = bundle.has("signerName");
  if (named && signed_by)
    bundle.errors.invalid(bundle.path, bundle.value, "only one of name and signerName may be used");
  else if (!named && !signed_by)
    bundle.errors.required(bundle.path, "either name or signerName must be specified");
  if (named) bundle.syntax("name", api::names::dns1123_subdomain);
  if (bundle.require("path")) check_plain_path(bundle.text("path"), bundle.at("path"), bundle.errors);
  paths.add(projected, bundle.text("path"), bundle.text("path"));
}

int validate_projection(const Part& source, const Part& projected, ProjectedPaths& paths) {
  int types = 0;
  for (auto type : {"secret", "configMap"})
    source.with(type, [&](const Part& s) {
      ++types;
      s.require("name");
      s.each("items", [&](const Part& item) {
        check_item(item);
        paths.add(projected, item.text("path"), s.text("name"));
      });
    });
  source.with("downwardAPI", [&](const Part& s) {
    ++types;
    s.each("items", [&](const Part& item) {
      validate_downward_item(item, s.path);
      paths.add(projected, item.text("path"), item.text("path"));
    });
  });
  source.with("serviceAccountToken", [&](const Part& s) {
    ++types;
    validate_token(projected, s);
  });
  source.with("clusterTrustBundle", [&](const Part& s) {
    ++types;
    validate_trust_bundle(s, projected, paths);
  });
  if (source.object("podCertificate")) ++types;
  return types;
}

void validate_ephemeral(const Part& volume, const Part& source, const Place& place) {
  if (!source.object("volumeClaimTemplate")) return source.errors.required(source.at("volumeClaimTemplate"));
  const Part claim = source.part("volumeClaimTemplate");
  validate_claim_spec(claim.part("spec"));
  const auto name = volume.text("name");
  if (place.pod_name.empty() || name.empty()) return;
  const std::string claim_name = std::string(place.pod_name) + "-" + std::string(name);
  if (auto wrong = api::names::dns1123_subdomain(claim_name))
    volume.invalid("name", "PVC name \"" + claim_name + "\": " + *wrong);
}

void validate_own_source(std::string_view type, const Part& volume, const Part& source, const Place& place) {
  if (type == "secret") return validate_keyed(source, "secretName");
  if (type == "configMap") return validate_keyed(source, "name");
  if (type == "persistentVolumeClaim") return void(source.require("claimName"));
  if (type == "downwardAPI") {
    check_mode(source, "defaultMode");
    return validate_downward_items(source, source.path);
  }
  if (type == "projected") {
    check_mode(source, "defaultMode");
    return validate_projected(source);
  }
  if (type == "csi") {
    source.require("driver");
    if (!source.text("driver").empty()) source.syntax("driver", syntax::csi_driver_name);
    if (source.object("nodePublishSecretRef")) source.part("nodePublishSecretRef").require("name");
    return;
  }
  if (type == "image") {
    if (place.is_pod) source.require("reference");
    source.one_of_if_set("pullPolicy", {"Always", "IfNotPresent", "Never"});
    return;
  }
  if (type == "ephemeral") return validate_ephemeral(volume, source, place);
  validate_plain_source(type, source, false);
}

/// In the order upstream looks at them: of two, the later is the one too many.
constexpr std::string_view source_types[] = {"emptyDir",
                                             "hostPath",
                                             "gitRepo",
                                             "gcePersistentDisk",
                                             "awsElasticBlockStore",
                                             "secret",
                                             "nfs",
                                             "iscsi",
                                             "glusterfs",
                                             "flocker",
                                             "persistentVolumeClaim",
                                             "rbd",
                                             "cinder",
                                             "cephfs",
                                             "quobyte",
                                             "downwardAPI",
                                             "fc",
                                             "flexVolume",
                                             "configMap",
                                             "azureFile",
                                             "vsphereVolume",
                                             "photonPersistentDisk",
                                             "portworxVolume",
                                             "azureDisk",
                                             "storageos",
                                             "projected",
                                             "scaleIO",
                                             "csi",
                                             "ephemeral",
                                             "image"};

}  // namespace

void validate_downward_items(const Part& source, const Path& path) {
  source.each("items", [&](const Part& item) { validate_downward_item(item, path); });
}

void validate_projected(const Part& projected) {
  ProjectedPaths paths;
  projected.each("sources", [&](const Part& source) {
    const int types = validate_projection(source, projected, paths);
    if (types > 1) source.errors.forbidden(source.path, std::string(one_type));
    if (types == 0) source.errors.required(source.path, "must specify one of the volume projections");
  });
}

void validate_volume_source(const Part& volume, const Place& place) {
  bool found = false;
  for (auto type : source_types) {
    if (!volume.object(type)) continue;
    if (found) {
      volume.errors.forbidden(volume.at(type), std::string(one_type));
      continue;
    }
    found = true;
    validate_own_source(type, volume, volume.part(type), place);
  }
  if (!found) volume.errors.required(volume.path, "must specify a volume type");
}

Volumes validate_volumes(const Part& spec, const Place& place) {
  std::set<std::string> created;  // claims that this pod's ephemeral volumes make
  spec.each("volumes", [&](const Part& v) {
    if (!place.pod_name.empty() && v.object("ephemeral"))
      created.insert(std::string(place.pod_name) + "-" + std::string(v.text("name")));
  });
  Volumes right;
  spec.each("volumes", [&](const Part& volume) {
    const auto before = volume.errors.size();
    const auto name = volume.text("name");
    validate_volume_source(volume, place);
    if (volume.require("name")) volume.syntax("name", api::names::dns1123_label);
    if (right.contains(name)) volume.errors.duplicate(volume.at("name"), json::value(name));
    if (volume.errors.size() == before) right.emplace(name, &volume.value);
    const Part claim = volume.part("persistentVolumeClaim");
    if (created.contains(std::string(claim.text("claimName"))))
      claim.invalid("claimName", "must not reference a PVC that gets created for an ephemeral volume");
  });
  return right;
}

}  // namespace apiserver::kinds::pod
