# Precompiled headers: two thirds of a source's time go into parsing what all of them include. On by default where
# there is no compiler cache, which they do not go well with: what is kept for one checkout fits no other.
#
# A folder whose sources work on the typed structs says set(COX_PRECOMPILED typed) before its targets. Sources include
# what they use all the same; the build with a cache holds that.

if(COX_CCACHE)
  set(default OFF)
else()
  set(default ON)
endif()
option(COX_PRECOMPILE "Precompile the headers that most sources include" ${default})
if(COX_PRECOMPILE)
  # Boost's own targets define these for whoever links them; a precompiled header fits sources with equal
  # definitions only, so everyone gets them.
  target_compile_definitions(cox_flags INTERFACE
    BOOST_CONTAINER_NO_LIB BOOST_JSON_NO_LIB BOOST_SYSTEM_NO_LIB BOOST_URL_NO_LIB)
endif()

set(outside_headers
  <boost/asio/any_io_executor.hpp> <boost/asio/awaitable.hpp> <boost/json/value.hpp> <boost/system/result.hpp>
  <algorithm> <chrono> <functional> <map> <memory> <mutex> <optional> <set> <span> <string> <string_view> <utility>
  <vector>)
set(COX_PRECOMPILED outside)

# precompiled_<name>, and precompiled_<name>_test with Catch2 beside it.
function(cox_precompiled name)
  cmake_parse_arguments(ARG "" "" "HEADERS;DEPS" ${ARGN})
  if(NOT COX_PRECOMPILE)
    return()
  endif()
  set(empty ${CMAKE_BINARY_DIR}/precompiled/empty.cpp)
  file(CONFIGURE OUTPUT ${empty} CONTENT "")
  foreach(target precompiled_${name} precompiled_${name}_test)
    add_library(${target} OBJECT EXCLUDE_FROM_ALL ${empty})
    target_link_libraries(${target} PRIVATE cox_flags ${ARG_DEPS})
    target_precompile_headers(${target} PRIVATE ${outside_headers} ${ARG_HEADERS})
  endforeach()
  target_link_libraries(precompiled_${name}_test PRIVATE Catch2::Catch2)
  target_precompile_headers(precompiled_${name}_test PRIVATE <catch2/catch.hpp>)
endfunction()

# For the helpers of CoxTargets.cmake. Fuzzers go without: they are few.
function(cox_use_precompiled target suffix)
  if(COX_PRECOMPILE AND COX_PRECOMPILED)
    target_precompile_headers(${target} REUSE_FROM precompiled_${COX_PRECOMPILED}${suffix})
  endif()
endfunction()
