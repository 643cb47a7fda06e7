#pragma once
#include "controllers/frame/controller.hpp"

namespace controllers::replicaset {

Descriptor descriptor();

}  // namespace controllers::replicaset
