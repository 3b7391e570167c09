// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace puppis {

/// Thrown by an Arena that was asked for more than its limit allows.
class ArenaFull : public std::bad_alloc {
 public:
  [[nodiscard]] const char* what() const noexcept override { return "memory limit exceeded"; }
};

/// Memory handed out by bumping a pointer and given back all at once, when the Arena goes or is reset. What
/// lives in it is never destroyed, so it must not own anything (trivially destructible). For one thread.
class Arena {
 public:
  explicit Arena(std::size_t firstBlock = 16 * 1024) : nextBlock_(firstBlock) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  Arena(Arena&&) noexcept = default;
  Arena& operator=(Arena&&) noexcept = default;

  void* allocate(std::size_t size, std::size_t alignment) {
    std::size_t padding = (alignment - reinterpret_cast<std::uintptr_t>(head_) % alignment) % alignment;
    if (padding + size > left_) return allocateSlow(size, alignment);
    std::byte* out = head_ + padding;
    head_ = out + size;
    left_ -= padding + size;
    return out;
  }

  template <typename T, typename... Args>
  T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>, "what lives in an arena is never destroyed");
    return new (allocate(sizeof(T), alignof(T))) T{std::forward<Args>(args)...};
  }

  /// `count` value-initialised elements.
  template <typename T>
  T* array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>, "what lives in an arena is never destroyed");
    return new (allocate(sizeof(T) * (count == 0 ? 1 : count), alignof(T))) T[count == 0 ? 1 : count]();
  }

  /// A copy of `text` that lives as long as the arena.
  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    auto* out = static_cast<char*>(allocate(text.size(), 1));
    std::memcpy(out, text.data(), text.size());
    return {out, text.size()};
  }

  /// Bytes taken from the system so far.
  [[nodiscard]] std::size_t bytes() const { return total_; }
  /// Bytes handed out, with what was lost at the ends of blocks, and charged.
  [[nodiscard]] std::size_t used() const { return total_ - left_ + charged_; }

  /// From now on used() does not exceed `bytes` (0: no limit); what would exceed it throws ArenaFull.
  void setLimit(std::size_t bytes);
  [[nodiscard]] std::size_t limit() const { return limit_; }
  /// Counts memory that was taken elsewhere for the same work.
  void charge(std::size_t bytes) {
    require(bytes);
    charged_ += bytes;
  }
  /// Throws ArenaFull unless so many bytes more are within the limit: to be asked before taking a lot
  /// elsewhere.
  void require(std::size_t bytes) const {
    if (limit_ != 0 && (bytes > limit_ || used() + bytes > limit_)) throw ArenaFull();
  }

  /// Gives everything back but the largest block, which is used again.
  void reset();

 private:
  struct Block {
    std::unique_ptr<std::byte[]> memory;
    std::size_t size;
  };
  void* allocateSlow(std::size_t size, std::size_t alignment);

  std::byte* head_ = nullptr;
  std::size_t left_ = 0;
  std::size_t nextBlock_;
  std::size_t total_ = 0;
  std::size_t limit_ = 0;
  std::size_t charged_ = 0;
  std::vector<Block> blocks_;
};

}  // namespace puppis
