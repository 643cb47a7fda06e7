#include "cel/arena.hpp"
#include <algorithm>

namespace cel {

void* Arena::allocate_block(std::size_t size) {
  constexpr std::size_t block_bytes = 16 * 1024;
  const std::size_t block = std::max(size, block_bytes);
  if (block > bytes_left_) throw std::bad_alloc();
  bytes_left_ -= block;
  blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(block));
  std::byte* p = blocks_.back().get();
  // What is left of the block before is given up, unless more of it is left than would be of this one.
  if (block - size > static_cast<std::size_t>(end_ - next_)) {
    next_ = p + size;
    end_ = p + block;
  }
  return p;
}

}  // namespace cel
