#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace node_agent::environment {

/// The value of a variable; none if there is no such variable.
using Lookup = std::function<std::optional<std::string>(const std::string& name)>;

/// Replaces each $(NAME) in `text` by its value. `$$` is a single `$` that begins nothing; a reference to a
/// variable that does not exist stays as it is written. Source: EnvVar.value and Container.command in the API
/// reference.
std::string expand(std::string_view text, const Lookup& lookup);

}  // namespace node_agent::environment
