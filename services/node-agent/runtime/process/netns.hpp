#pragma once
#include <cstdint>
#include <string>
#include "base/error.hpp"

/// The network of a pod with a network namespace of its own: a veth pair, one end in it (eth0), the other on
/// the machine, without a bridge. The machine has a route to the pod's address, the pod one to everything
/// else over 169.254.1.1, which the machine's ends all have. So pods of all agents of a machine reach each
/// other, and the machine reaches them, through its routing table. All calls block; they need root.
namespace node_agent::runtime {

/// Lets the machine pass packets between pods. Error: permission_denied.
base::Result<void> allow_forwarding();
/// The name of the machine's end for a sandbox.
std::string link_name(const std::string& sandbox_id);
/// Gives the network namespace that process `pid` is in the address, by the link `name`. Errors: internal,
/// with what could not be done; nothing is left of the link then.
base::Result<void> connect_netns(std::int64_t pid, const std::string& name, const std::string& address);
/// Not there: nothing happens.
void disconnect_netns(const std::string& name);

}  // namespace node_agent::runtime
