# The helpers every folder uses, so that a folder's CMakeLists.txt is a list of files.
#
#   cox_library(raft SRCS core.cpp log.cpp DEPS base PRIVATE_DEPS RocksDB::rocksdb)
#   cox_test(raft SRCS core_test.cpp DEPS raft)            -> binary raft_test, run by ctest
#   cox_binary(apiserver SRCS main.cpp DEPS apiserver_service)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE OFF)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release or Dev" FORCE)
endif()
# Assertions stay on in every build: no -DNDEBUG.
set(CMAKE_CXX_FLAGS_RELEASE "-O2" CACHE STRING "" FORCE)
set(CMAKE_CXX_FLAGS_DEV "-O0 -g1" CACHE STRING "" FORCE)

option(COX_FUZZ "Build the libFuzzer targets (needs Clang)" OFF)
set(COX_SANITIZE "" CACHE STRING "Sanitizers to build with, as -fsanitize= takes them")

find_program(COX_CCACHE ccache)
if(COX_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${COX_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${COX_CCACHE})
endif()

find_program(COX_LLD NAMES ld.lld ld.lld-16)
if(COX_LLD)
  add_link_options(-fuse-ld=lld)
  if(NOT COX_LLD MATCHES "ld.lld$" AND CMAKE_CXX_COMPILER_ID MATCHES Clang)
    add_link_options(--ld-path=${COX_LLD})
  endif()
endif()

# Two links at once are as many as two cores and their memory carry.
set_property(GLOBAL PROPERTY JOB_POOLS link=2)
set(CMAKE_JOB_POOL_LINK link)

add_library(cox_flags INTERFACE)
target_compile_options(cox_flags INTERFACE -Wall -Wextra -Werror -Wno-missing-field-initializers
  -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these inside std::string, std::optional and coroutine frames where nothing is wrong
  # (GCC bugs 105329, 105593, 105651).
  target_compile_options(cox_flags INTERFACE -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow
    -Wno-stringop-overread -Wno-array-bounds -Wno-dangling-pointer -Wno-free-nonheap-object -Wno-mismatched-new-delete)
endif()
target_compile_definitions(cox_flags INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  BOOST_ALLOW_DEPRECATED_HEADERS COX_VERSION="${PROJECT_VERSION}")
target_include_directories(cox_flags INTERFACE ${CMAKE_SOURCE_DIR}/libs ${CMAKE_SOURCE_DIR}/services)
if(COX_SANITIZE)
  target_compile_options(cox_flags INTERFACE -fsanitize=${COX_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(cox_flags INTERFACE -fsanitize=${COX_SANITIZE})
  if(COX_SANITIZE MATCHES "thread")
    # The thread sanitizer knows no fences, only what is atomic itself: Asio's queues have their mutexes.
    target_compile_definitions(cox_flags INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
endif()
if(COX_FUZZ)
  target_compile_options(cox_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# A library: SRCS its sources, DEPS what its headers need, PRIVATE_DEPS what only its sources need.
function(cox_library name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS;PRIVATE_DEPS" ${ARGN})
  if(ARG_SRCS)
    add_library(${name} STATIC ${ARG_SRCS})
    target_link_libraries(${name} PUBLIC cox_flags ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
    cox_use_precompiled(${name} "")
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE cox_flags ${ARG_DEPS})
  endif()
endfunction()

# A daemon or tool: bin/<name> in the build folder. SMALL: with the C library's allocator, for what runs a thousandfold.
function(cox_binary name)
  cmake_parse_arguments(ARG "SMALL" "OUTPUT" "SRCS;DEPS" ${ARGN})
  if(NOT ARG_OUTPUT)
    set(ARG_OUTPUT ${name})
  endif()
  add_executable(${name}_bin ${ARG_SRCS})
  target_link_libraries(${name}_bin PRIVATE cox_flags ${ARG_DEPS})
  # Sanitizers bring an allocator of their own.
  if(NOT ARG_SMALL AND NOT COX_SANITIZE)
    target_link_libraries(${name}_bin PRIVATE ${COX_JEMALLOC})
  endif()
  set_target_properties(${name}_bin PROPERTIES OUTPUT_NAME ${ARG_OUTPUT}
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# The tests of a module: one binary <name>_test, one ctest entry.
# LABELS: unit (default), sim, integration, e2e, fuzz. TIMEOUT in seconds (default 120).
function(cox_test name)
  cmake_parse_arguments(ARG "RUN_ALONE" "TIMEOUT" "SRCS;DEPS;LABELS" ${ARGN})
  if(COX_FUZZ)
    return()
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  add_executable(${name}_test ${ARG_SRCS})
  target_link_libraries(${name}_test PRIVATE cox_flags ${ARG_DEPS} Catch2::Catch2WithMain)
  cox_use_precompiled(${name}_test _test)
  set_target_properties(${name}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name}_test --durations no)
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
  if(ARG_RUN_ALONE)
    set_tests_properties(${name} PROPERTIES RUN_SERIAL TRUE)
  endif()
endfunction()

# A fuzz target: fuzz/<name> in the build folder, its seeds in corpus/<name> beside it. With the fuzz preset it is
# libFuzzer's, otherwise tests/fuzz/driver.cpp runs it. ctest searches for two seconds.
function(cox_fuzzer name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${name}_fuzz ${ARG_SRCS})
  target_link_libraries(${name}_fuzz PRIVATE cox_flags ${ARG_DEPS})
  set_target_properties(${name}_fuzz PROPERTIES OUTPUT_NAME ${name}
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
  if(COX_FUZZ)
    target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
    set(duration -max_total_time=2)
  else()
    target_sources(${name}_fuzz PRIVATE ${CMAKE_SOURCE_DIR}/tests/fuzz/driver.cpp)
    set(duration --seconds 2)
  endif()
  add_test(NAME fuzz_${name} COMMAND ${name}_fuzz ${duration} ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name})
  set_tests_properties(fuzz_${name} PROPERTIES LABELS fuzz TIMEOUT 60)
endfunction()
