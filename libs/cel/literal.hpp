#pragma once
#include <optional>
#include <string>
#include "cel/ast.hpp"
#include "cel/lexer.hpp"

/// The values of literal tokens.
namespace cel {

/// Of an integer, uinteger, floating, string or bytes token. `negative`: a minus sign stood before it.
/// Empty, with `problem` set to what is wrong with it ("invalid int literal"), if it has none.
std::optional<Literal> literal_of(const Token& token, bool negative, std::string& problem);

}  // namespace cel
