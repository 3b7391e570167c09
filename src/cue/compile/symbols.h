// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cue/compile/feature.h"

namespace puppis::cue {

/// Strings as numbers, for all programs of one Runtime. Append only; any number of threads. Only what is written in
/// programs is interned here: labels that come up in data live in a LocalSymbols of the evaluation, so that data
/// cannot make a long-running process grow.
class Symbols {
 public:
  Symbols();
  Symbols(const Symbols&) = delete;
  Symbols& operator=(const Symbols&) = delete;

  std::uint32_t intern(std::string_view text);
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view text) const;
  /// The text of an index that intern() gave.
  [[nodiscard]] std::string_view text(std::uint32_t index) const;
  /// Numbers of let declarations; they wrap around after 2^27, by when the first ones are long gone.
  std::uint32_t nextLet() { return nextLet_.fetch_add(1, std::memory_order_relaxed) & (Feature::kMaxIndex >> 1); }

  /// Indexes from here on belong to a LocalSymbols.
  static constexpr std::uint32_t kLocal = 1U << 27;

 private:
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kChunk = 4096;
  static constexpr std::size_t kChunks = kLocal / kChunk;
  struct Shard {
    mutable std::shared_mutex mutex;
    std::unordered_map<std::string_view, std::uint32_t> index;
    std::deque<std::string> storage;
  };
  struct Chunk {
    std::array<std::atomic<const std::string*>, kChunk> texts{};
  };
  static std::size_t shardOf(std::string_view text) { return std::hash<std::string_view>()(text) % kShards; }

  std::array<Shard, kShards> shards_;
  std::unique_ptr<std::atomic<Chunk*>[]> chunks_;
  std::deque<Chunk> chunkStorage_;
  std::mutex growth_;
  std::atomic<std::uint32_t> next_{0};
  std::atomic<std::uint32_t> nextLet_{1};
};

/// The labels of one evaluation: looks in the shared Symbols first and keeps what is not there for itself.
class LocalSymbols {
 public:
  explicit LocalSymbols(const Symbols& shared) : shared_(shared) {}
  std::uint32_t intern(std::string_view text);
  [[nodiscard]] std::string_view text(std::uint32_t index) const;

 private:
  const Symbols& shared_;
  std::unordered_map<std::string_view, std::uint32_t> index_;
  std::deque<std::string> storage_;
};

/// The label of an identifier: `x`, `#x`, `_x`, `_#x`, hidden ones scoped to `package`.
Feature identLabel(Symbols& symbols, std::string_view name, std::string_view package);

}  // namespace puppis::cue
