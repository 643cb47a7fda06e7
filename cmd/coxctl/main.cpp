#include "commands.hpp"

int main(int argc, char** argv) {
  return coxctl::run({argv, static_cast<std::size_t>(argc)});
}
