#include "controllers/frame/failures.hpp"

namespace controllers {

bool is_namespace_terminating(const base::Error& e) {
  // The cause itself (NamespaceTerminating) does not survive the translation of a Status to an Error; its
  // words do.
  return e.is(base::Errc::permission_denied) &&
         e.message.find("because it is being terminated") != std::string::npos;
}

}  // namespace controllers
