#pragma once
#include <functional>
#include <memory>
#include <string>
#include "base/clock.hpp"
#include "client/rest.hpp"

/// Whom a controller acts as.
namespace controllers::identity {

/// Makes a client that shows `token`.
using Connect = std::function<std::shared_ptr<client::RestClient>(std::string token)>;

/// A RestClient that acts as a service account of kube-system, so that each controller has its own few rights
/// (--use-service-account-credentials). The account is made where it is missing; its token is asked for
/// through `root` when first needed and again after four fifths of its life, once for all who wait. While no
/// token can be had, calls fail with that error. Belongs to one strand.
std::shared_ptr<client::RestClient> as_service_account(base::Executor strand,
                                                       std::shared_ptr<client::RestClient> root,
                                                       std::string account, Connect connect,
                                                       const base::Clock& clock);

/// When a token that was issued at `issued` and ends at `expires` is to be replaced.
base::SystemTime renewal_time(base::SystemTime issued, base::SystemTime expires) noexcept;

}  // namespace controllers::identity
