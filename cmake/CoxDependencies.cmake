# Every outside library, found once. All are Debian 12 packages (scripts/deps installs them).
set(Boost_NO_BOOST_CMAKE OFF)
set(Boost_USE_STATIC_LIBS ON)
find_package(Boost 1.81 REQUIRED COMPONENTS system json url)
find_package(OpenSSL 3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Threads REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(RocksDB REQUIRED)
find_package(prometheus-cpp REQUIRED CONFIG)
# The allocator of the daemons: glibc's took a third of the API server's time on creates.
find_library(COX_JEMALLOC NAMES libjemalloc_pic.a REQUIRED)
# The gRPC client of tests/bench, to drive etcd.
find_library(COX_NGHTTP2 NAMES nghttp2 REQUIRED)
find_package(Catch2 2.13 REQUIRED)
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)  # the schema's code generator
# Patterns of custom resources and of CEL: no pattern takes more than linear time.
find_library(COX_RE2 NAMES re2 REQUIRED)
