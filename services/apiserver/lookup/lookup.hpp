#pragma once
#include <boost/json/object.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

/// How admission, authentication and authorization see other objects: what upstream's listers are.
namespace apiserver {

using SharedObject = std::shared_ptr<const boost::json::object>;

/// A view of stored objects, at some recent revision. Answers at once and never blocks: behind it is a cache.
/// May be called from any thread; what it returns is immutable.
class ObjectLookup {
 public:
  virtual ~ObjectLookup() = default;
  /// Null if there is none. `ns` is empty for cluster-scoped resources. The version is the preferred one.
  virtual SharedObject get(std::string_view group, std::string_view resource, std::string_view ns,
                           std::string_view name) const = 0;
  /// Every object of the resource (in `ns`, or all if empty), ordered by namespace and name.
  virtual std::vector<SharedObject> list(std::string_view group, std::string_view resource,
                                         std::string_view ns) const = 0;
};

/// One that holds what it was given: for tests and tools. Thread-safe.
class MemoryLookup final : public ObjectLookup {
 public:
  void put(std::string group, std::string resource, boost::json::object object);
  void remove(std::string_view group, std::string_view resource, std::string_view ns, std::string_view name);
  SharedObject get(std::string_view group, std::string_view resource, std::string_view ns,
                   std::string_view name) const override;
  std::vector<SharedObject> list(std::string_view group, std::string_view resource,
                                 std::string_view ns) const override;

 private:
  using Key =
      std::tuple<std::string, std::string, std::string, std::string>;  // group, resource, namespace, name
  mutable std::mutex mutex_;
  std::map<Key, SharedObject> objects_;
};

}  // namespace apiserver
