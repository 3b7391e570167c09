// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

namespace puppis::cue {

enum class LabelType : std::uint8_t { Invalid, String, Int, Definition, Hidden, HiddenDefinition, Let };

/// An interned label: a 28-bit index and the type. For Int the index is the number itself, for Let a number
/// unique in the Runtime, else the index of a Symbols entry. Hidden names are interned together with their
/// package.
class Feature {
 public:
  static constexpr std::uint32_t kMaxIndex = (1U << 28) - 1;

  constexpr Feature() = default;
  constexpr Feature(LabelType type, std::uint32_t index)
      : bits_(index << 4 | static_cast<std::uint32_t>(type)) {}

  [[nodiscard]] constexpr bool valid() const { return bits_ != 0; }
  [[nodiscard]] constexpr LabelType type() const { return static_cast<LabelType>(bits_ & 15); }
  [[nodiscard]] constexpr std::uint32_t index() const { return bits_ >> 4; }
  [[nodiscard]] constexpr std::uint32_t bits() const { return bits_; }
  [[nodiscard]] constexpr bool isString() const { return type() == LabelType::String; }
  [[nodiscard]] constexpr bool isInt() const { return type() == LabelType::Int; }
  /// A data field or a list element.
  [[nodiscard]] constexpr bool isRegular() const { return isString() || isInt(); }
  [[nodiscard]] constexpr bool isDef() const {
    return type() == LabelType::Definition || type() == LabelType::HiddenDefinition;
  }
  [[nodiscard]] constexpr bool isHidden() const {
    return type() == LabelType::Hidden || type() == LabelType::HiddenDefinition;
  }
  [[nodiscard]] constexpr bool isLet() const { return type() == LabelType::Let; }
  friend constexpr bool operator==(Feature a, Feature b) { return a.bits_ == b.bits_; }

 private:
  std::uint32_t bits_ = 0;
};

struct FeatureHash {
  std::size_t operator()(Feature f) const { return std::hash<std::uint32_t>()(f.bits()); }
};

}  // namespace puppis::cue
