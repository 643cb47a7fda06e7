#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include "apiserver/custom_resources/shared.hpp"
#include "apiserver/lookup/lookup.hpp"
#include "http/client.hpp"

/// Conversion of custom resources between versions. Source: "Versions in CustomResourceDefinitions".
namespace apiserver::custom_resources {

/// Strategy None: nothing but the apiVersion changes.
std::shared_ptr<const Converter> trivial_converter();

struct WebhookParts {
  base::Executor executor;
  const ObjectLookup* lookup = nullptr;  ///< Finds the endpoints of services. Outlives the converter.
  std::function<std::string()> uid;
};

/// Strategy Webhook: asks whom the definition names (`spec.conversion.webhook`), by ConversionReview. A call
/// takes at most 30 seconds. Error: invalid_argument (the CA bundle cannot be read).
base::Result<std::shared_ptr<const Converter>> webhook_converter(const Object& definition,
                                                                 WebhookParts parts);

/// The converter that a definition asks for.
base::Result<std::shared_ptr<const Converter>> converter_of(const Object& definition, WebhookParts parts);

/// The body of a ConversionReview; `version` is the first of the hook's that this server speaks.
Object conversion_request(const std::string& version, const std::string& uid, const std::string& api_version,
                          const std::vector<Object>& objects);
/// The converted objects of the hook's answer, with the metadata of `originals` but for labels and
/// annotations. Errors: InternalError in upstream's words, after "conversion webhook for GVK".
api::StatusOr<std::vector<Object>> read_conversion(const std::string& answer, const std::string& version,
                                                   const std::string& uid, const std::string& api_version,
                                                   const std::vector<Object>& originals);

}  // namespace apiserver::custom_resources
