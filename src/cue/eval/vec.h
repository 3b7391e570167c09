// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include "base/arena.h"

namespace puppis::cue::eval {

/// A growing array in an Arena. Copying it copies the handle; a copy made with clipped() gets memory of its
/// own as soon as it grows.
template <typename T>
class Vec {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  Vec() = default;

  void push(Arena& arena, const T& value) {
    if (size_ == capacity_) {
      T copy = value;
      reserve(arena, size_ == 0 ? 2 : size_ * 2);
      data_[size_++] = copy;
      return;
    }
    data_[size_++] = value;
  }
  void append(Arena& arena, std::span<const T> values) {
    if (values.empty()) return;
    reserve(arena, size_ + static_cast<std::uint32_t>(values.size()));
    for (const T& value : values) data_[size_++] = value;
  }
  void reserve(Arena& arena, std::uint32_t capacity) {
    if (capacity <= capacity_) return;
    auto* grown = static_cast<T*>(arena.allocate(sizeof(T) * capacity, alignof(T)));
    if (size_ != 0) std::memcpy(static_cast<void*>(grown), data_, sizeof(T) * size_);
    data_ = grown;
    capacity_ = capacity;
  }
  void insertAt(Arena& arena, std::uint32_t index, const T& value) {
    push(arena, value);
    std::rotate(data_ + index, data_ + size_ - 1, data_ + size_);
  }
  void pop() { --size_; }
  void truncate(std::uint32_t size) { size_ = size; }
  void clear() { size_ = 0; }
  /// Forgets the memory, so that the next growth does not write into what a copy of this handle shows.
  void drop() { *this = Vec(); }
  template <typename Predicate>
  void eraseIf(Predicate drops) {
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < size_; ++i) {
      if (!drops(data_[i])) data_[kept++] = data_[i];
    }
    size_ = kept;
  }
  [[nodiscard]] Vec clipped() const {
    Vec out = *this;
    out.capacity_ = out.size_;
    return out;
  }
  [[nodiscard]] Vec clone(Arena& arena) const {
    Vec out;
    out.append(arena, {data_, size_});
    return out;
  }

  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  T& operator[](std::uint32_t i) { return data_[i]; }
  const T& operator[](std::uint32_t i) const { return data_[i]; }
  T& back() { return data_[size_ - 1]; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  [[nodiscard]] std::span<T> span() const { return {data_, size_}; }

 private:
  T* data_ = nullptr;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
};

}  // namespace puppis::cue::eval
