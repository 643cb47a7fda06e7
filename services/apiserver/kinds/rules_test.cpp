// Every row of testdata/*.txt: an object, changes to a good one, and the errors upstream gives. tests/e2e
// sends the same rows over the wire. See testdata/README.md for the form.
#include <algorithm>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include "apiserver/kinds/common.hpp"

namespace apiserver::kinds {
namespace {

struct Row {
  int line = 0;
  bool update = false;
  std::string changes;
  std::vector<std::string> errors;
};

struct Sheet {
  std::string group, resource;
  Object base;
  std::vector<Row> rows;
};

/// "/apis/apps/v1/namespaces/default/deployments" as its group and resource.
void set_path(Sheet& sheet, const std::string& path) {
  std::vector<std::string> parts;
  std::istringstream in(path);
  for (std::string part; std::getline(in, part, '/');)
    if (!part.empty()) parts.push_back(part);
  sheet.group = parts[0] == "api" ? "" : parts[1];
  sheet.resource = parts.back();
}

std::vector<Sheet> read_sheets(const std::filesystem::path& file) {
  std::vector<Sheet> sheets;
  std::ifstream in(file);
  std::string line, base;
  int number = 0;
  while (std::getline(in, line)) {
    ++number;
    if (line.starts_with("/")) {
      set_path(sheets.emplace_back(), line);
      base.clear();
    } else if (line.starts_with("- ") || line.starts_with("~ ")) {
      if (sheets.back().rows.empty()) sheets.back().base = json::parse(base).as_object();
      sheets.back().rows.push_back({number, line[0] == '~', line.substr(2), {}});
    } else if (line.starts_with("  ! ")) {
      sheets.back().rows.back().errors.push_back(line.substr(4));
    } else if (!line.empty() && line[0] != '#' && sheets.size() > 0 && sheets.back().rows.empty()) {
      base += line;
    }
  }
  return sheets;
}

/// The steps of "spec.containers[0].env[\"a.b\"]".
std::vector<std::string> steps_of(const std::string& path) {
  std::vector<std::string> steps(1);
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '.') {
      steps.emplace_back();
    } else if (path[i] == '[') {
      const auto close = path.find(path[i + 1] == '"' ? "\"]" : "]", i);
      const bool quoted = path[i + 1] == '"';
      steps.push_back((quoted ? "" : "#") + path.substr(i + (quoted ? 2 : 1), close - i - (quoted ? 2 : 1)));
      i = close + (quoted ? 1 : 0);
    } else {
      steps.back() += path[i];
    }
  }
  return steps;
}

json::value& step_into(json::value& v, const std::string& step) {
  if (!step.starts_with("#")) {
    if (!v.is_object()) v = Object();
    return v.get_object()[step];
  }
  if (!v.is_array()) v = json::array();
  const auto i = std::stoul(step.substr(1));
  while (v.get_array().size() <= i)
    v.get_array().emplace_back(nullptr);
  return v.get_array()[i];
}

void apply_change(json::value& root, const std::string& change) {
  const bool removes = change.starts_with("delete ");
  const auto equals = change.find(" = ");
  REQUIRE((removes || equals != std::string::npos));
  auto steps = steps_of(removes ? change.substr(7) : change.substr(0, equals));
  json::value* at = &root;
  for (std::size_t i = 0; i + 1 < steps.size(); ++i)
    at = &step_into(*at, steps[i]);
  if (!removes)
    step_into(*at, steps.back()) = json::parse(change.substr(equals + 3));
  else if (at->is_object())
    at->get_object().erase(steps.back());
}

Object changed(const Object& base, const std::string& changes) {
  json::value root = base;
  std::size_t start = 0;
  while (start < changes.size()) {
    const auto end = changes.find(" ; ", start);
    apply_change(root, changes.substr(start, end == std::string::npos ? end : end - start));
    start = end == std::string::npos ? changes.size() : end + 3;
  }
  return root.as_object();
}

std::vector<std::string> texts_of(const Errors& errors) {
  std::vector<std::string> texts;
  for (const auto& e : errors) {
    auto text = e.text();
    text.erase(std::find(text.begin(), text.end(), '\n'), text.end());
    texts.push_back(std::move(text));
  }
  return texts;
}

/// As the registry does it.
Object prepared(const KindRecord& kind, Object o) {
  api::metadata(o)["uid"] = "u";
  if (kind.defaults) kind.defaults(o);
  if (kind.prepare_create) kind.prepare_create(o);
  if (kind.defaults) kind.defaults(o);
  return o;
}

std::vector<std::string> errors_of(const KindRecord& kind, const Sheet& sheet, const Row& row) {
  Errors errors;
  if (!row.update) {
    const Object o = prepared(kind, changed(sheet.base, row.changes));
    if (kind.validate) kind.validate(o, errors);
    if (kind.validate_create) kind.validate_create(o, errors);
    return texts_of(errors);
  }
  const Object old = prepared(kind, sheet.base);
  Object o = changed(old, row.changes);
  if (kind.defaults) kind.defaults(o);
  if (kind.prepare_update) kind.prepare_update(o, old);
  if (kind.validate && !kind.update_validates_all) kind.validate(o, errors);
  if (kind.validate_update) kind.validate_update(o, old, errors);
  return texts_of(errors);
}

}  // namespace

TEST_CASE("the rules of every kind, row by row") {
  std::size_t rows = 0;
  for (const auto& file : std::filesystem::directory_iterator(COX_KINDS_TESTDATA)) {
    if (file.path().extension() != ".txt") continue;
    for (const auto& sheet : read_sheets(file.path())) {
      const auto& kind = find(sheet.group, sheet.resource);
      INFO(file.path().filename().string() << ": " << sheet.resource);
      REQUIRE(kind.resource == sheet.resource);
      const auto good = errors_of(kind, sheet, Row{});
      CHECK(good == std::vector<std::string>());
      for (const auto& row : sheet.rows) {
        INFO(file.path().filename().string() << ":" << row.line << ": " << row.changes);
        CHECK(errors_of(kind, sheet, row) == row.errors);
        ++rows;
      }
    }
  }
  CHECK(rows > 100);
}

}  // namespace apiserver::kinds
