#include "api/names.hpp"
#include "apiserver/kinds/core_cluster_rules.hpp"

namespace apiserver::kinds {

/// The rules of the core API, which both APIs' events pass: upstream's legacy ones.
void validate_event(const Object& o, Errors& errors) {
  const Part event = whole(o, errors);
  const auto ns = event.part("involvedObject").text("namespace"), own = api::namespace_of(o);
  const Path path = Path("involvedObject").child("namespace");
  const bool timed = !event.text("eventTime").empty();
  if (ns.empty() ? (!own.empty() && own != "default" && !(timed && own == "kube-system")) : ns != own)
    errors.invalid(path, json::value(ns), "does not match event.namespace");
  if (!timed) return;
  constexpr std::size_t id_max = 128, note_max = 1024;
  event.require("reportingComponent");
  event.syntax("reportingComponent", api::names::qualified_name);
  event.require("reportingInstance");
  const auto at_most = [&](std::string_view member, std::size_t most) {
    if (event.text(member).size() > most)
      event.errors.invalid(event.at(member), "", "can have at most " + std::to_string(most) + " characters");
  };
  at_most("reportingInstance", id_max);
  event.require("action");
  at_most("action", id_max);
  event.require("reason");
  at_most("reason", id_max);
  at_most("message", note_max);
}

}  // namespace apiserver::kinds
