// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cue/compile/feature.h"

namespace puppis::cue {

/// Strings as numbers, for all programs and evaluations of one Runtime. Any number of threads. What programs
/// write stays for good; labels that only came up in data are dropped when there are many and no evaluation
/// is running, so that data cannot make a long-running process grow.
class Symbols {
 public:
  Symbols();
  Symbols(const Symbols&) = delete;
  Symbols& operator=(const Symbols&) = delete;

  /// For good.
  std::uint32_t intern(std::string_view text) { return intern(text, true); }
  /// Until no evaluation is running.
  std::uint32_t internData(std::string_view text, std::size_t* bytes = nullptr) {
    return intern(text, false, bytes);
  }
  /// The text of an index that is still valid.
  [[nodiscard]] std::string_view text(std::uint32_t index) const;
  /// Numbers of let declarations; they wrap around after 2^27, by when the first ones are long gone.
  std::uint32_t nextLet() {
    return nextLet_.fetch_add(1, std::memory_order_relaxed) & (Feature::kMaxIndex >> 1);
  }

  void beginEvaluation();
  void endEvaluation();

 private:
  static constexpr std::size_t kShards = 16;
  /// Texts lie in chunks that double in size, so that a small Runtime is small and no text ever moves.
  static constexpr std::size_t kFirstChunk = 512;
  static constexpr std::size_t kChunks = 21;
  static_assert((kFirstChunk << kChunks) - kFirstChunk > std::size_t{Feature::kMaxIndex});
  static constexpr std::size_t kDataLabels = 100'000;  ///< how many are kept beyond an evaluation
  struct Symbol {
    std::string text;
    std::uint32_t index = 0;
    std::atomic<bool> permanent{false};
  };
  struct Shard {
    mutable std::shared_mutex mutex;
    std::unordered_map<std::string_view, std::unique_ptr<Symbol>> index;
  };
  using Slot = std::atomic<const std::string*>;
  struct Place {
    std::size_t chunk;
    std::size_t offset;
  };
  static Place placeOf(std::uint32_t index) {
    std::size_t shifted = index + kFirstChunk;
    auto chunk = static_cast<std::size_t>(std::bit_width(shifted) - std::bit_width(kFirstChunk));
    return {chunk, shifted - (kFirstChunk << chunk)};
  }
  static std::size_t shardOf(std::string_view text) { return std::hash<std::string_view>()(text) % kShards; }
  /// Adds to `bytes` what a new symbol takes.
  std::uint32_t intern(std::string_view text, bool permanent, std::size_t* bytes = nullptr);
  std::uint32_t freeIndex();
  void sweep();

  std::array<Shard, kShards> shards_;
  std::array<std::atomic<Slot*>, kChunks> chunks_{};
  std::vector<std::unique_ptr<Slot[]>> chunkStorage_;
  std::mutex growth_;  ///< of chunks and indexes
  std::vector<std::uint32_t> free_;
  std::uint32_t next_ = 0;
  std::atomic<std::size_t> dataLabels_{0};
  std::mutex evaluations_;
  std::size_t running_ = 0;
  std::atomic<std::uint32_t> nextLet_{1};
};

/// Symbols as one evaluation sees them, with those it met at hand.
class LocalSymbols {
 public:
  explicit LocalSymbols(Symbols& shared) : shared_(shared) { shared_.beginEvaluation(); }
  LocalSymbols(const LocalSymbols&) = delete;
  LocalSymbols& operator=(const LocalSymbols&) = delete;
  ~LocalSymbols() { shared_.endEvaluation(); }
  std::uint32_t intern(std::string_view text) { return shared_.internData(text, &bytes_); }
  /// Of the labels that this evaluation was the first to meet.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::string_view text(std::uint32_t index) const { return shared_.text(index); }

 private:
  Symbols& shared_;
  std::size_t bytes_ = 0;
};

/// The label of an identifier: `x`, `#x`, `_x`, `_#x`, hidden ones scoped to `package`.
Feature identLabel(Symbols& symbols, std::string_view name, std::string_view package);

}  // namespace puppis::cue
