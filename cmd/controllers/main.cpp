#include "controllers/service.hpp"

int main(int argc, char** argv) {
  controllers::Options options;
  base::Flags flags("controllers", "Runs every control loop of a Coxswain cluster.");
  controllers::add_flags(flags, options);
  return frame::run(argc, argv, flags, [&options](base::Runtime& runtime) {
    return controllers::run_service(runtime, options);
  });
}
