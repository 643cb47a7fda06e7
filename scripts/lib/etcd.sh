# A real etcd, to compare with: the oracle of differential tests, the peer of benchmarks. Sourced after common.sh.

# etcd_binary NAME: where etcd (or etcdctl) is: what is installed, else Debian's package unpacked below build/ (nothing
# is installed, no service starts).
etcd_binary() {
  local name="$1" package cache="$root/build/etcd"
  command -v "$name" 2>/dev/null && return
  if [[ ! -x "$cache/usr/bin/$name" ]]; then
    [[ "$name" == etcdctl ]] && package=etcd-client || package=etcd-server
    mkdir -p "$cache"
    (cd "$cache" && apt-get download -q "$package" >&2 && dpkg -x "$package"_*.deb . && rm -f "$package"_*.deb) ||
      die "cannot download Debian's $package" "install it, or check the network and run apt-get update"
  fi
  printf '%s\n' "$cache/usr/bin/$name"
}
