#pragma once
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <string>
#include <string_view>

/// What every module returns for an expected failure: `base::Result<T>`.
namespace base {

/// The kinds of failure a caller may act on, for modules without an enum of their own.
/// `unknown_outcome`: the operation may still take effect (a timed-out proposal, a write whose answer was
/// lost).
enum class Errc {
  ok = 0,
  invalid_argument,    ///< The input is wrong and will stay wrong; the message names the field.
  not_found,           ///< The thing named does not exist (now).
  already_exists,      ///< Create found one.
  conflict,            ///< A precondition (revision, uid) did not hold; read again and retry.
  expired,             ///< The revision asked for is compacted or fell out of the window; list again.
  permission_denied,   ///< Identity known, right missing.
  unauthenticated,     ///< Identity unknown or not proven.
  resource_exhausted,  ///< A bound was reached (queue, body, quota); retry later, slower.
  unavailable,         ///< The peer cannot serve now (no leader, connection refused); nothing was done.
  deadline_exceeded,   ///< Time ran out before an answer; for writes the outcome is unknown.
  unknown_outcome,     ///< Sent, and no answer: it may or may not have taken effect.
  cancelled,           ///< The caller or a shutdown asked to stop.
  corrupt,             ///< Data failed its checksum or cannot be decoded.
  unsupported,         ///< The peer or this build does not do that.
  internal,            ///< A bug or an unclassified failure of the system.
};

const boost::system::error_category& base_category() noexcept;
boost::system::error_code make_error_code(Errc e) noexcept;

/// A failure: a code to act on and a message for people. Context is prepended once per layer.
struct Error {
  boost::system::error_code code;
  std::string message;

  Error() = default;  ///< No failure: what boost::system::result needs for `error()` of a success.
  Error(Errc e, std::string message_) : code(make_error_code(e)), message(std::move(message_)) {}
  Error(boost::system::error_code c, std::string message_) : code(c), message(std::move(message_)) {}

  /// True if the code is `e`.
  bool is(Errc e) const noexcept { return code == make_error_code(e); }
  /// "context: message", for the way up.
  Error& prepend(std::string_view context) &;
  Error&& prepend(std::string_view context) &&;
};

/// Called by boost::system::result::value() on an error: throws std::runtime_error with the message.
[[noreturn]] void throw_exception_from_error(const Error& e, const boost::source_location& where);

template <class T>
using Result = boost::system::result<T, Error>;

/// Makes "expected and ignored" visible and searchable.
template <class T>
void ignore_error(Result<T>&&) noexcept {}

}  // namespace base

template <>
struct boost::system::is_error_code_enum<base::Errc> : std::true_type {};
