// Runs a libFuzzer target without libFuzzer, so that every build of the test suite searches for a short,
// fixed time: the seeds first, then mutations of them. The same seed number gives the same search. For long
// searches build the `fuzz` preset, which has coverage feedback and sanitizers.
//
//   NAME [--seconds N] [--seed N] FILE_OR_DIRECTORY...
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::string;
constexpr std::size_t input_bytes_max = 16 * 1024;
Input current;  // What ran when a crash came.

void save_crash(int signal_number) {
  if (std::FILE* file = std::fopen("crash-input", "wb")) {
    std::fwrite(current.data(), 1, current.size(), file);
    std::fclose(file);
  }
  std::fputs("the input is in ./crash-input; run this program with that file to see it again\n", stderr);
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

void read_into(std::vector<Input>& seeds, const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path)) {
    for (const auto& entry : std::filesystem::directory_iterator(path))
      read_into(seeds, entry.path());
    return;
  }
  std::ifstream in(path, std::ios::binary);
  seeds.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

/// Changes `input` a little: bits, bytes, cuts, repeats, pieces of other seeds, and the bytes that syntax is
/// made of.
void mutate(Input& input, const std::vector<Input>& seeds, std::mt19937_64& random) {
  constexpr std::string_view special("{}[]\":,\\\0\n\r =!()<>-+.eE0123456789%&;/", 40);
  const auto at = [&](std::size_t n) { return n == 0 ? 0 : random() % n; };
  switch (random() % 7) {
    case 0:
      if (!input.empty()) input[at(input.size())] ^= static_cast<char>(1u << (random() % 8));
      break;
    case 1:
      input.insert(at(input.size() + 1), 1, special[at(special.size())]);
      break;
    case 2:
      if (!input.empty()) input.erase(at(input.size()), 1 + random() % 8);
      break;
    case 3: {
      const auto from = at(input.size());
      input.insert(at(input.size() + 1), input.substr(from, 1 + random() % 64));
      break;
    }
    case 4: {
      const auto& other = seeds[at(seeds.size())];
      input.insert(at(input.size() + 1), other.substr(at(other.size()), 1 + random() % 64));
      break;
    }
    case 5:
      input.resize(at(input.size() + 1));
      break;
    default:
      if (!input.empty()) input[at(input.size())] = static_cast<char>(random());
  }
  if (input.size() > input_bytes_max) input.resize(input_bytes_max);
}

void run(const Input& input) {
  current = input;
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(current.data()), current.size());
}

}  // namespace

int main(int argc, char** argv) {
  int seconds = 0;
  std::uint64_t seed = 1;
  std::vector<Input> seeds;
  for (int i = 1; i < argc; ++i) {
    if (!std::strcmp(argv[i], "--seconds") && i + 1 < argc)
      seconds = std::atoi(argv[++i]);
    else if (!std::strcmp(argv[i], "--seed") && i + 1 < argc)
      seed = std::strtoull(argv[++i], nullptr, 10);
    else
      read_into(seeds, argv[i]);
  }
  for (const int number : {SIGABRT, SIGSEGV, SIGFPE, SIGILL})
    std::signal(number, save_crash);
  for (const auto& input : seeds)
    run(input);
  if (seeds.empty()) seeds.emplace_back();
  std::mt19937_64 random(seed);
  std::uint64_t tried = 0;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  for (; std::chrono::steady_clock::now() < until; ++tried) {
    Input input = seeds[random() % seeds.size()];
    for (auto n = 1 + random() % 6; n > 0; --n)
      mutate(input, seeds, random);
    run(input);
  }
  std::printf("%zu seeds and %llu mutations: no crash\n", seeds.size(),
              static_cast<unsigned long long>(tried));
}
