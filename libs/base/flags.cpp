#include "base/flags.hpp"
#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

namespace base {
namespace {

using Setter = std::function<Result<void>(std::string_view)>;

struct Flag {
  std::string name, type, default_text, help, section;
  Setter set;
  bool is_bool = false;
};

Error wrong(std::string_view value, std::string_view wanted) {
  return {Errc::invalid_argument, "\"" + std::string(value) + "\" is not " + std::string(wanted)};
}

template <class N>
Setter number_setter(N* target, std::string_view wanted) {
  return [target, wanted](std::string_view text) -> Result<void> {
    N value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return wrong(text, wanted);
    *target = value;
    return {};
  };
}

Result<void> set_bool(bool* target, std::string_view text) {
  if (text == "true" || text == "1" || text == "t" || text == "T" || text == "TRUE" || text == "True")
    *target = true;
  else if (text == "false" || text == "0" || text == "f" || text == "F" || text == "FALSE" || text == "False")
    *target = false;
  else
    return wrong(text, "true or false");
  return {};
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const auto& p : parts)
    text += text.empty() ? p : "," + p;
  return text;
}

/// Levenshtein distance, for "did you mean".
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

/// Breaks `text` into lines of at most `width` characters.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out(indent, ' ');
  std::size_t column = 0;
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    if (column != 0 && column + 1 + word.size() > width) {
      out += "\n" + std::string(indent, ' ');
      column = 0;
    }
    if (column != 0) out += ' ';
    out += word;
    column += word.size() + (column != 0 ? 1 : 0);
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return out + "\n";
}

}  // namespace

struct Flags::Impl {
  std::string program, synopsis, section = "Flags";
  std::vector<Flag> flags;
  bool help = false, version = false;

  const Flag* find(std::string_view name) const {
    const auto hit = std::find_if(flags.begin(), flags.end(), [&](const Flag& f) { return f.name == name; });
    return hit == flags.end() ? nullptr : &*hit;
  }

  Error unknown(std::string_view name) const {
    std::string message = "unknown flag --" + std::string(name);
    const Flag* nearest = nullptr;
    std::size_t best = name.size() / 2 + 1;
    for (const auto& f : flags)
      if (const auto d = distance(f.name, name); d < best) {
        best = d;
        nearest = &f;
      }
    if (nearest) message += "; did you mean --" + nearest->name + "?";
    return {Errc::invalid_argument, message + " (see --help)"};
  }

  void add(std::string name, std::string type, std::string default_text, std::string help_text, Setter set) {
    const bool is_bool = type == "bool";
    flags.push_back({std::move(name), std::move(type), std::move(default_text), std::move(help_text), section,
                     std::move(set), is_bool});
  }
};

Flags::Flags(std::string program, std::string synopsis) : impl_(std::make_unique<Impl>()) {
  impl_->program = std::move(program);
  impl_->synopsis = std::move(synopsis);
}
Flags::~Flags() = default;

Flags& Flags::section(std::string title) {
  impl_->section = std::move(title);
  return *this;
}

Flags& Flags::add(std::string name, std::string* target, std::string help) {
  impl_->add(std::move(name), "string", *target, std::move(help),
             [target](std::string_view text) -> Result<void> {
               *target = text;
               return {};
             });
  return *this;
}

Flags& Flags::add(std::string name, bool* target, std::string help) {
  impl_->add(std::move(name), "bool", *target ? "true" : "false", std::move(help),
             [target](std::string_view text) { return set_bool(target, text); });
  return *this;
}

Flags& Flags::add(std::string name, int* target, std::string help) {
  impl_->add(std::move(name), "int", std::to_string(*target), std::move(help),
             number_setter(target, "a whole number"));
  return *this;
}

Flags& Flags::add(std::string name, std::int64_t* target, std::string help) {
  impl_->add(std::move(name), "int", std::to_string(*target), std::move(help),
             number_setter(target, "a whole number"));
  return *this;
}

Flags& Flags::add(std::string name, double* target, std::string help) {
  impl_->add(std::move(name), "float", std::to_string(*target), std::move(help),
             number_setter(target, "a number"));
  return *this;
}

Flags& Flags::add(std::string name, std::chrono::nanoseconds* target, std::string help) {
  impl_->add(std::move(name), "duration", format_duration(*target), std::move(help),
             [target](std::string_view text) -> Result<void> {
               auto d = parse_duration(text);
               if (!d) return d.error();
               *target = *d;
               return {};
             });
  return *this;
}

Flags& Flags::add(std::string name, std::vector<std::string>* target, std::string help) {
  auto fresh = std::make_shared<bool>(true);
  impl_->add(std::move(name), "strings", joined(*target), std::move(help),
             [target, fresh](std::string_view text) -> Result<void> {
               if (std::exchange(*fresh, false)) target->clear();
               while (!text.empty()) {
                 const auto comma = std::min(text.find(','), text.size());
                 if (comma != 0) target->emplace_back(text.substr(0, comma));
                 text.remove_prefix(std::min(text.size(), comma + 1));
               }
               return {};
             });
  return *this;
}

Result<std::vector<std::string>> Flags::parse(int argc, const char* const* argv) {
  std::vector<std::string> positional;
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    if (word == "--") {
      positional.insert(positional.end(), argv + i + 1, argv + argc);
      break;
    }
    if (word == "-h" || word == "--help")
      impl_->help = true;
    else if (word == "--version")
      impl_->version = true;
    if (word == "-h" || word == "--help" || word == "--version") continue;
    if (word.size() < 2 || word[0] != '-') {
      positional.emplace_back(word);
      continue;
    }
    word.remove_prefix(word.starts_with("--") ? 2 : 1);
    const auto equals = word.find('=');
    const auto name = word.substr(0, equals);
    const Flag* flag = impl_->find(name);
    if (!flag) return impl_->unknown(name);
    std::string_view value = "true";
    if (equals != std::string_view::npos)
      value = word.substr(equals + 1);
    else if (!flag->is_bool) {
      if (i + 1 == argc) return Error(Errc::invalid_argument, "flag --" + flag->name + " needs a value");
      value = argv[++i];
    }
    if (auto set = flag->set(value); !set) return set.error().prepend("flag --" + flag->name);
  }
  return positional;
}

std::string Flags::help() const {
  std::string out = impl_->synopsis + "\n\nUsage: " + impl_->program + " [flags]\n";
  std::string_view section;
  for (const auto& f : impl_->flags) {
    if (f.section != section) out += "\n" + f.section + ":\n";
    section = f.section;
    out += "  --" + f.name + (f.is_bool ? "" : " " + f.type);
    if (!f.default_text.empty()) out += "  (default " + f.default_text + ")";
    out += "\n" + wrapped(f.help, 6, 90);
  }
  return out + "\n  --help\n      This text.\n  --version\n      The version, and out.\n";
}

bool Flags::help_requested() const noexcept {
  return impl_->help;
}
bool Flags::version_requested() const noexcept {
  return impl_->version;
}

}  // namespace base
