#include "node-agent/runtime/process/netns.hpp"
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <functional>
#include <thread>
#include <vector>
#include "node-agent/runtime/shim/records.hpp"

namespace node_agent::runtime {

namespace {

constexpr const char* gateway = "169.254.1.1";

/// One request of rtnetlink(7), put together piece by piece.
class Request {
 public:
  Request(std::uint16_t type, std::uint16_t flags) {
    nlmsghdr head{};
    head.nlmsg_type = type;
    head.nlmsg_flags = static_cast<std::uint16_t>(flags | NLM_F_REQUEST | NLM_F_ACK);
    add(head);
  }
  template <class T>
  Request& add(const T& part) {
    return add_bytes(&part, sizeof part);
  }
  Request& attribute(std::uint16_t type, const void* data, std::size_t size) {
    const rtattr head{static_cast<std::uint16_t>(RTA_LENGTH(size)), type};
    return add(head).add_bytes(data, size);
  }
  template <class T>
  Request& attribute(std::uint16_t type, const T& value) {
    return attribute(type, &value, sizeof value);
  }
  Request& attribute(std::uint16_t type, const std::string& text) {
    return attribute(type, text.c_str(), text.size() + 1);
  }
  /// An attribute that holds what `fill` adds.
  Request& nested(std::uint16_t type, const std::function<void()>& fill) {
    const auto at = bytes_.size();
    add(rtattr{0, type});
    fill();
    const auto size = static_cast<std::uint16_t>(bytes_.size() - at);
    std::memcpy(bytes_.data() + at, &size, sizeof size);
    return *this;
  }
  const std::vector<char>& finish() {
    const auto size = static_cast<std::uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), &size, sizeof size);
    return bytes_;
  }

 private:
  Request& add_bytes(const void* data, std::size_t size) {
    const auto* begin = static_cast<const char*>(data);
    bytes_.insert(bytes_.end(), begin, begin + size);
    bytes_.resize(NLMSG_ALIGN(bytes_.size()));
    return *this;
  }
  std::vector<char> bytes_;
};

/// 0, or the error number.
int perform(Request& request) {
  const int fd = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) return errno;
  const auto& bytes = request.finish();
  int error = 0;
  alignas(nlmsghdr) char answer[8192];
  const auto* head = reinterpret_cast<const nlmsghdr*>(answer);
  if (::send(fd, bytes.data(), bytes.size(), 0) < 0 || ::recv(fd, answer, sizeof answer, 0) < 0)
    error = errno;
  else if (head->nlmsg_type == NLMSG_ERROR)
    error = -static_cast<const nlmsgerr*>(NLMSG_DATA(head))->error;
  ::close(fd);
  return error;
}

in_addr address_of(const std::string& text) {
  in_addr out{};
  ::inet_pton(AF_INET, text.c_str(), &out);
  return out;
}

int make_pair(std::int64_t pid, const std::string& name) {
  Request request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  request.add(ifinfomsg{}).attribute(IFLA_IFNAME, name).nested(IFLA_LINKINFO, [&] {
    request.attribute(IFLA_INFO_KIND, "veth", 4).nested(IFLA_INFO_DATA, [&] {
      request.nested(VETH_INFO_PEER, [&] {
        request.add(ifinfomsg{})
            .attribute(IFLA_IFNAME, std::string("eth0"))
            .attribute(IFLA_NET_NS_PID, static_cast<std::uint32_t>(pid));
      });
    });
  });
  return perform(request);
}

int add_address(unsigned index, const std::string& address) {
  ifaddrmsg head{};
  head.ifa_family = AF_INET;
  head.ifa_prefixlen = 32;
  head.ifa_index = index;
  const auto ip = address_of(address);
  Request request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE);
  request.add(head).attribute(IFA_LOCAL, ip).attribute(IFA_ADDRESS, ip);
  return perform(request);
}

int bring_up(unsigned index) {
  ifinfomsg head{};
  head.ifi_index = static_cast<int>(index);
  head.ifi_flags = head.ifi_change = IFF_UP;
  Request request(RTM_NEWLINK, 0);
  request.add(head);
  return perform(request);
}

/// To one address over the link, or to everything over `via`.
int add_route(unsigned index, const std::string& to, const std::string& via) {
  rtmsg head{};
  head.rtm_family = AF_INET;
  head.rtm_table = RT_TABLE_MAIN;
  head.rtm_protocol = RTPROT_STATIC;
  head.rtm_type = RTN_UNICAST;
  head.rtm_scope = via.empty() ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  head.rtm_flags = via.empty() ? 0 : RTNH_F_ONLINK;
  head.rtm_dst_len = to.empty() ? 0 : 32;
  Request request(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
  request.add(head).attribute(RTA_OIF, index);
  if (!to.empty()) request.attribute(RTA_DST, address_of(to));
  if (!via.empty()) request.attribute(RTA_GATEWAY, address_of(via));
  return perform(request);
}

/// Runs `work` in the network namespace of a process, in a thread that ends with it.
int inside(std::int64_t pid, const std::function<int()>& work) {
  int error = 0;
  std::thread([&] {
    const std::string path = "/proc/" + std::to_string(pid) + "/ns/net";
    const int ns = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    error = ns >= 0 && ::setns(ns, CLONE_NEWNET) == 0 ? work() : errno;
    if (ns >= 0) ::close(ns);
  }).join();
  return error;
}

int set_up_inside(const std::string& address) {
  const auto index = ::if_nametoindex("eth0");
  if (index == 0) return errno;
  int error = add_address(index, address);
  if (error == 0) error = bring_up(index);
  if (error == 0) error = add_route(index, "", gateway);
  return error;
}

int set_up_outside(const std::string& name, const std::string& address) {
  const auto index = ::if_nametoindex(name.c_str());
  if (index == 0) return errno;
  int error = add_address(index, gateway);
  if (error == 0) error = bring_up(index);
  if (error == 0) error = add_route(index, address, "");
  return error;
}

}  // namespace

base::Result<void> allow_forwarding() {
  const char* path = "/proc/sys/net/ipv4/ip_forward";
  if (shim::read_file(path, 16).value_or("") == "1\n" || shim::write_into(path, "1")) return {};
  return base::Error(base::Errc::permission_denied, std::string(path) + ": " + std::strerror(errno));
}

std::string link_name(const std::string& sandbox_id) {
  return "cox" + sandbox_id.substr(0, 12);  // IFNAMSIZ is 16.
}

base::Result<void> connect_netns(std::int64_t pid, const std::string& name, const std::string& address) {
  std::string step = "making the link " + name;
  int error = make_pair(pid, name);
  if (error == 0) {
    step = "setting the pod's end of " + name + " up";
    error = inside(pid, [&] { return set_up_inside(address); });
  }
  if (error == 0) {
    step = "setting the link " + name + " up";
    error = set_up_outside(name, address);
  }
  if (error == 0) return {};
  disconnect_netns(name);
  return base::Error(base::Errc::internal, step + ": " + std::strerror(error));
}

void disconnect_netns(const std::string& name) {
  ifinfomsg head{};
  head.ifi_index = static_cast<int>(::if_nametoindex(name.c_str()));
  if (head.ifi_index == 0) return;
  Request request(RTM_DELLINK, 0);
  request.add(head);
  perform(request);  // Its namespace may have taken it along just now.
}

}  // namespace node_agent::runtime
