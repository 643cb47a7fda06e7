#pragma once
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <vector>

namespace cel {

/// Memory of one evaluation: handed out in order, freed all at once, never more than `bytes_max`.
/// What lies in it is never destroyed, so only trivially destructible things may.
class Arena {
 public:
  explicit Arena(std::size_t bytes_max)
      : bytes_left_(bytes_max), next_(first_), end_(first_ + sizeof first_) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Throws std::bad_alloc beyond the bound; Program::evaluate makes an error of it.
  void* allocate(std::size_t size, std::size_t alignment) {
    const auto gap = -reinterpret_cast<std::uintptr_t>(next_) & (alignment - 1);
    if (static_cast<std::size_t>(end_ - next_) < size + gap) return allocate_block(size);
    std::byte* p = next_ + gap;
    next_ = p + size;
    return p;
  }

  /// Room for `n`, not initialized.
  template <class T>
  T* array(std::size_t n) {
    static_assert(std::is_trivially_destructible_v<T>);
    return static_cast<T*>(allocate(n * sizeof(T), alignof(T)));
  }
  template <class T>
  T* make(const T& value) {
    return new (array<T>(1)) T(value);
  }
  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* p = array<char>(text.size());
    std::memcpy(p, text.data(), text.size());
    return {p, text.size()};
  }

 private:
  void* allocate_block(std::size_t size);

  alignas(std::max_align_t) std::byte first_[2048];  ///< Enough for simple rules.
  std::size_t bytes_left_;
  std::byte* next_;
  std::byte* end_;
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
};

}  // namespace cel
