#pragma once
#include "controllers/frame/controller.hpp"

namespace controllers::replicationcontroller {

Descriptor descriptor();

}  // namespace controllers::replicationcontroller
