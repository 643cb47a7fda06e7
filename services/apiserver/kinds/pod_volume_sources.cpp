#include <algorithm>
#include "api/names.hpp"
#include "api/quantity.hpp"
#include "apiserver/kinds/pod_rules.hpp"

namespace apiserver::kinds::pod {
namespace {

/// Types of which upstream only asks that some members be there.
struct Required {
  std::string_view type;
  std::initializer_list<std::string_view> members;
};

const Required plain[] = {
    {"gitRepo", {"repository"}},
    {"gcePersistentDisk", {"pdName"}},
    {"awsElasticBlockStore", {"volumeID"}},
    {"nfs", {"server", "path"}},
    {"iscsi", {"targetPortal", "iqn"}},
    {"glusterfs", {"endpoints", "path"}},
    {"flocker", {}},
    {"rbd", {"monitors", "image"}},
    {"cinder", {"volumeID"}},
    {"cephfs", {"monitors"}},
    {"quobyte", {"registry", "volume"}},
    {"fc", {}},
    {"flexVolume", {"driver"}},
    {"azureFile", {"secretName", "shareName"}},
    {"vsphereVolume", {"volumePath"}},
    {"photonPersistentDisk", {"pdID"}},
    {"portworxVolume", {"volumeID"}},
    {"azureDisk", {"diskName", "diskURI"}},
    {"storageos", {"volumeName"}},
    {"scaleIO", {"gateway", "system", "volumeName"}},
    {"emptyDir", {}},
    {"hostPath", {}},
};

void validate_empty_dir(const Part& source) {
  const auto limit = api::Quantity::parse(source.text("sizeLimit"));
  if (!source.text("sizeLimit").empty() && limit && limit->sign() < 0)
    source.errors.forbidden(source.at("sizeLimit"), "SizeLimit field must be a valid resource quantity");
}

void validate_host_path(const Part& source) {
  if (!source.require("path")) return;
  check_no_backsteps(source.text("path"), source.at("path"), source.errors);
  source.one_of_if_set("type", {"", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File",
                                "FileOrCreate", "Socket"});
}

void check_initiator(const Part& source, std::string_view member, const Path& path, bool says_how) {
  const auto name = source.text(member);
  const auto prefix = name.substr(0, 3);
  const auto wrong = [&](std::string why) { source.errors.invalid(path, json::value(name), std::move(why)); };
  const auto alnum = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  const auto rest = name.size() > 4 ? name.substr(4) : std::string_view();
  if (prefix != "iqn" && prefix != "eui" && prefix != "naa")
    return wrong(says_how ? "must be valid format starting with iqn, eui, or naa" : "must be valid format");
  bool good = true;
  if (prefix == "iqn")
    good = name.size() > 12 && name[3] == '.' && name[8] == '-' && name[11] == '.' &&
           name.find(':', 12) != std::string_view::npos;
  else
    good = rest.size() == (prefix == "eui" ? 16 : 32) && std::all_of(rest.begin(), rest.end(), alnum);
  if (!good) wrong("must be valid format");
}

void validate_iscsi(const Part& source, bool persistent) {
  if (!source.text("iqn").empty()) check_initiator(source, "iqn", source.at("iqn"), !persistent);
  source.range("lun", 0, 255);
  if ((source.flag("chapAuthDiscovery") || source.flag("chapAuthSession")) && !source.object("secretRef"))
    source.errors.required(source.at("secretRef"));
  if (source.has("initiatorName"))
    check_initiator(source, "initiatorName", source.at("initiatorname"), !persistent);
}

void validate_fc(const Part& source) {
  const bool targets = source.count("targetWWNs") > 0, ids = source.count("wwids") > 0;
  if (!targets && !ids)
    source.errors.required(source.at("targetWWNs"), "must specify either targetWWNs or wwids, but not both");
  if (targets && ids)
    source.invalid("targetWWNs", "targetWWNs and wwids can not be specified simultaneously");
  if (!targets) return;
  if (!source.has("lun"))
    source.errors.required(source.at("lun"), "lun is required if targetWWNs is specified");
  source.range("lun", 0, 255);
}

void validate_flocker(const Part& source) {
  const bool name = !source.text("datasetName").empty(), id = !source.text("datasetUUID").empty();
  if (!name && !id) source.errors.required(source.path, "one of datasetName and datasetUUID is required");
  if (name && id)
    source.errors.invalid(source.path, "resource",
                          "datasetName and datasetUUID can not be specified simultaneously");
  if (source.text("datasetName").find('/') != std::string_view::npos)
    source.invalid("datasetName", "must not contain '/'");
}

void validate_flex(const Part& source) {
  source.each_entry("options", [&](std::string_view key, std::string_view, const Path& path) {
    std::string space(key.substr(0, key.find('/')));
    std::transform(space.begin(), space.end(), space.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    const std::string dotted = "." + space;
    if (dotted.ends_with(".kubernetes.io") || dotted.ends_with(".k8s.io"))
      source.errors.invalid(path, json::value(key), "kubernetes.io and k8s.io namespaces are reserved");
  });
}

void validate_azure_disk(const Part& source) {
  source.one_of_if_set("cachingMode", {"None", "ReadOnly", "ReadWrite"});
  source.one_of_if_set("kind", {"Dedicated", "Managed", "Shared"});
  const auto kind = source.text("kind"), uri = source.text("diskURI");
  if (kind == "Managed" && !uri.starts_with("/subscriptions/"))
    add_not_supported(
        source.at("diskURI"), json::value(uri),
        {"/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/"
         "{disk-id}"},
        source.errors);
  if (!kind.empty() && kind != "Managed" && !uri.starts_with("https://"))
    add_not_supported(source.at("diskURI"), json::value(uri),
                      {"https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"},
                      source.errors);
}

void validate_rest(std::string_view type, const Part& source, bool persistent) {
  if (type == "emptyDir") validate_empty_dir(source);
  if (type == "hostPath") validate_host_path(source);
  if (type == "gitRepo")
    check_descending_path(source.text("directory"), source.at("directory"), source.errors);
  if (type == "gcePersistentDisk" || type == "awsElasticBlockStore")
    if (const auto n = source.number("partition"); n && (*n < 0 || *n > 255))
      source.invalid("partition", inclusive_range(1, 255));
  if (type == "nfs" && !source.text("path").starts_with("/"))
    source.errors.invalid(source.at("path"), json::value(source.text("path")), "must be an absolute path");
  if (type == "iscsi") validate_iscsi(source, persistent);
  if (type == "fc") validate_fc(source);
  if (type == "flocker") validate_flocker(source);
  if (type == "flexVolume") validate_flex(source);
  if (type == "azureDisk") validate_azure_disk(source);
  const bool named_secret = type == "cinder" || type == "storageos" || (persistent && type == "iscsi");
  if (named_secret && source.object("secretRef")) source.part("secretRef").require("name");
}

}  // namespace

bool validate_plain_source(std::string_view type, const Part& source, bool persistent) {
  for (const auto& p : plain) {
    if (p.type != type) continue;
    for (auto member : p.members)
      source.require(member);
    validate_rest(type, source, persistent);
    return true;
  }
  return false;
}

}  // namespace apiserver::kinds::pod
