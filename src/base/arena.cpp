// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"

#include <algorithm>

namespace puppis {

namespace {
constexpr std::size_t kLargestBlock = 4UL * 1024 * 1024;
}  // namespace

void* Arena::allocateSlow(std::size_t size, std::size_t alignment) {
  std::size_t wanted = std::max(nextBlock_, size + alignment);
  if (limit_ != 0) {
    // The rest of the last block is lost; the next one takes no more than the limit leaves.
    const std::size_t taken = total_ + charged_;
    if (size > limit_ || taken + size + alignment > limit_) throw ArenaFull();
    wanted = std::min(wanted, limit_ - taken);
  }
  nextBlock_ = std::min(nextBlock_ * 2, kLargestBlock);
  blocks_.push_back({std::make_unique_for_overwrite<std::byte[]>(wanted), wanted});
  total_ += wanted;
  head_ = blocks_.back().memory.get();
  left_ = wanted;
  return allocate(size, alignment);
}

void Arena::setLimit(std::size_t bytes) {
  limit_ = bytes;
  // What is left of the block in use may be more than the limit allows.
  if (limit_ != 0 && used() + left_ > limit_) {
    const std::size_t allowed = limit_ - std::min(limit_, used());
    total_ -= left_ - allowed;
    left_ = allowed;
  }
}

void Arena::reset() {
  limit_ = charged_ = 0;
  if (blocks_.empty()) return;
  auto largest = std::max_element(blocks_.begin(), blocks_.end(),
                                  [](const Block& a, const Block& b) { return a.size < b.size; });
  std::swap(*largest, blocks_.front());
  blocks_.resize(1);
  head_ = blocks_.front().memory.get();
  left_ = total_ = blocks_.front().size;
}

}  // namespace puppis
