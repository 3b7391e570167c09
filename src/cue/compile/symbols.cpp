// SPDX-License-Identifier: Apache-2.0
#include "cue/compile/symbols.h"

namespace puppis::cue {

Symbols::Symbols() {
  intern("");
}

std::uint32_t Symbols::freeIndex() {
  std::lock_guard growing(growth_);
  std::uint32_t index = 0;
  if (!free_.empty()) {
    index = free_.back();
    free_.pop_back();
  } else {
    index = next_++;
  }
  std::size_t chunk = placeOf(index).chunk;
  if (chunks_[chunk].load(std::memory_order_relaxed) == nullptr) {
    chunkStorage_.push_back(std::make_unique<Slot[]>(kFirstChunk << chunk));
    chunks_[chunk].store(chunkStorage_.back().get(), std::memory_order_release);
  }
  return index;
}

std::uint32_t Symbols::intern(std::string_view text, bool permanent, std::size_t* bytes) {
  Shard& shard = shards_[shardOf(text)];
  {
    std::shared_lock lock(shard.mutex);
    if (auto it = shard.index.find(text); it != shard.index.end()) {
      if (permanent && !it->second->permanent.exchange(true)) --dataLabels_;
      return it->second->index;
    }
  }
  std::unique_lock lock(shard.mutex);
  if (auto it = shard.index.find(text); it != shard.index.end()) {
    if (permanent && !it->second->permanent.exchange(true)) --dataLabels_;
    return it->second->index;
  }
  auto symbol = std::make_unique<Symbol>();
  if (bytes != nullptr) *bytes += sizeof(Symbol) + text.size();
  symbol->text = text;
  symbol->index = freeIndex();
  symbol->permanent = permanent;
  if (!permanent) ++dataLabels_;
  std::uint32_t index = symbol->index;
  Place place = placeOf(index);
  chunks_[place.chunk].load(std::memory_order_acquire)[place.offset].store(&symbol->text,
                                                                           std::memory_order_release);
  std::string_view key = symbol->text;
  shard.index.emplace(key, std::move(symbol));
  return index;
}

std::string_view Symbols::text(std::uint32_t index) const {
  Place place = placeOf(index);
  return *chunks_[place.chunk].load(std::memory_order_acquire)[place.offset].load(std::memory_order_acquire);
}

void Symbols::beginEvaluation() {
  std::lock_guard lock(evaluations_);
  ++running_;
}

void Symbols::endEvaluation() {
  std::lock_guard lock(evaluations_);
  if (--running_ == 0 && dataLabels_ > kDataLabels) sweep();
}

void Symbols::sweep() {
  for (Shard& shard : shards_) {
    std::unique_lock lock(shard.mutex);
    for (auto it = shard.index.begin(); it != shard.index.end();) {
      if (it->second->permanent) {
        ++it;
        continue;
      }
      {
        std::lock_guard growing(growth_);
        free_.push_back(it->second->index);
      }
      --dataLabels_;
      it = shard.index.erase(it);
    }
  }
}

Feature identLabel(Symbols& symbols, std::string_view name, std::string_view package) {
  auto hidden = [&](LabelType type) {
    std::string key(name);
    key += '\0';
    key += package;
    return Feature(type, symbols.intern(key));
  };
  if (name.starts_with("_#")) return hidden(LabelType::HiddenDefinition);
  if (name.starts_with("#")) return {LabelType::Definition, symbols.intern(name)};
  if (name.starts_with("_")) return hidden(LabelType::Hidden);
  return {LabelType::String, symbols.intern(name)};
}

}  // namespace puppis::cue
