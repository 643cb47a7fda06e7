#include "base/error.hpp"
#include <stdexcept>

namespace base {
namespace {

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "coxswain"; }
  std::string message(int value) const override {
    switch (static_cast<Errc>(value)) {
      case Errc::ok:
        return "ok";
      case Errc::invalid_argument:
        return "invalid argument";
      case Errc::not_found:
        return "not found";
      case Errc::already_exists:
        return "already exists";
      case Errc::conflict:
        return "conflict";
      case Errc::expired:
        return "expired";
      case Errc::permission_denied:
        return "permission denied";
      case Errc::unauthenticated:
        return "unauthenticated";
      case Errc::resource_exhausted:
        return "resource exhausted";
      case Errc::unavailable:
        return "unavailable";
      case Errc::deadline_exceeded:
        return "deadline exceeded";
      case Errc::unknown_outcome:
        return "unknown outcome";
      case Errc::cancelled:
        return "cancelled";
      case Errc::corrupt:
        return "corrupt";
      case Errc::unsupported:
        return "unsupported";
      case Errc::internal:
        return "internal error";
    }
    return "unknown error " + std::to_string(value);
  }
};

}  // namespace

const boost::system::error_category& base_category() noexcept {
  static const Category category;
  return category;
}

boost::system::error_code make_error_code(Errc e) noexcept {
  return {static_cast<int>(e), base_category()};
}

Error& Error::prepend(std::string_view context) & {
  message.insert(0, std::string(context) + ": ");
  return *this;
}

Error&& Error::prepend(std::string_view context) && {
  return std::move(prepend(context));
}

void throw_exception_from_error(const Error& e, const boost::source_location&) {
  throw std::runtime_error(e.message.empty() ? e.code.message() : e.message);
}

}  // namespace base
