// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"

#include <algorithm>

namespace puppis {

namespace {
constexpr std::size_t kLargestBlock = 4UL * 1024 * 1024;
}  // namespace

void* Arena::allocateSlow(std::size_t size, std::size_t alignment) {
  std::size_t wanted = std::max(nextBlock_, size + alignment);
  nextBlock_ = std::min(nextBlock_ * 2, kLargestBlock);
  blocks_.push_back({std::make_unique_for_overwrite<std::byte[]>(wanted), wanted});
  total_ += wanted;
  head_ = blocks_.back().memory.get();
  left_ = wanted;
  return allocate(size, alignment);
}

void Arena::reset() {
  if (blocks_.empty()) return;
  auto largest = std::max_element(blocks_.begin(), blocks_.end(),
                                  [](const Block& a, const Block& b) { return a.size < b.size; });
  std::swap(*largest, blocks_.front());
  blocks_.resize(1);
  head_ = blocks_.front().memory.get();
  left_ = total_ = blocks_.front().size;
}

}  // namespace puppis
