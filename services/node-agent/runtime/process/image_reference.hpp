#pragma once
#include <string_view>

namespace node_agent::runtime {

/// Whether `text` is an image's name: [host[:port]/]path[:tag][@digest], as distribution/reference has it.
bool is_image_reference(std::string_view text);

}  // namespace node_agent::runtime
