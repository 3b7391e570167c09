// SPDX-License-Identifier: Apache-2.0
#include "cue/compile/symbols.h"

namespace puppis::cue {

Symbols::Symbols() : chunks_(std::make_unique<std::atomic<Chunk*>[]>(kChunks)) { intern(""); }

std::uint32_t Symbols::intern(std::string_view text) {
  if (auto known = find(text)) return *known;
  Shard& shard = shards_[shardOf(text)];
  std::unique_lock lock(shard.mutex);
  if (auto it = shard.index.find(text); it != shard.index.end()) return it->second;
  const std::string& stored = shard.storage.emplace_back(text);
  std::uint32_t index = next_.fetch_add(1);
  std::atomic<Chunk*>& slot = chunks_[index / kChunk];
  if (slot.load(std::memory_order_acquire) == nullptr) {
    std::lock_guard growing(growth_);
    if (slot.load(std::memory_order_relaxed) == nullptr) {
      slot.store(&chunkStorage_.emplace_back(), std::memory_order_release);
    }
  }
  slot.load(std::memory_order_acquire)->texts[index % kChunk].store(&stored, std::memory_order_release);
  shard.index.emplace(stored, index);
  return index;
}

std::optional<std::uint32_t> Symbols::find(std::string_view text) const {
  const Shard& shard = shards_[shardOf(text)];
  std::shared_lock lock(shard.mutex);
  auto it = shard.index.find(text);
  if (it == shard.index.end()) return std::nullopt;
  return it->second;
}

std::string_view Symbols::text(std::uint32_t index) const {
  const Chunk* chunk = chunks_[index / kChunk].load(std::memory_order_acquire);
  return *chunk->texts[index % kChunk].load(std::memory_order_acquire);
}

std::uint32_t LocalSymbols::intern(std::string_view text) {
  if (auto it = index_.find(text); it != index_.end()) return it->second;
  const std::string& stored = storage_.emplace_back(text);
  std::uint32_t index = Symbols::kLocal + static_cast<std::uint32_t>(storage_.size() - 1);
  if (auto shared = shared_.find(text)) index = *shared;
  index_.emplace(stored, index);
  return index;
}

std::string_view LocalSymbols::text(std::uint32_t index) const {
  return index < Symbols::kLocal ? shared_.text(index) : std::string_view(storage_[index - Symbols::kLocal]);
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
