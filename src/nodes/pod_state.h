// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "data/value.h"

/// Reading and writing what statuses say.
namespace puppis::nodes {

using data::Value;

/// The condition of this type in status.conditions, or a null Value.
[[nodiscard]] const Value& condition(const Value& object, std::string_view type);
[[nodiscard]] bool conditionTrue(const Value& object, std::string_view type);
/// Sets a condition in `status`; lastTransitionTime moves only when `state` does. Whether anything changed.
bool setCondition(Value& status, std::string_view type, std::string_view state, std::string_view reason,
                  const std::string& message, const Value& now);

[[nodiscard]] bool podReady(const Value& pod);
/// Succeeded or Failed.
[[nodiscard]] bool podEnded(const Value& pod);
/// Neither ended nor being deleted.
[[nodiscard]] bool podActive(const Value& pod);
/// Ready for at least `minReady`; else, when it is ready, how long it still takes in `wait` (the least of
/// several).
[[nodiscard]] bool podAvailable(const Value& pod, std::int64_t minReadySeconds, Nanos now,
                                std::optional<Nanos>& wait);

/// "500ms", "2s", "1m30s"; nothing when it is no duration.
[[nodiscard]] std::optional<Nanos> parseDuration(std::string_view text);
/// An absolute number or a share of `total` ("25%"), rounded up or down.
[[nodiscard]] std::int64_t resolveIntOrPercent(const Value& value, std::int64_t total, bool up);
/// Ten letters that stand for a text, of the alphabet of generated names.
[[nodiscard]] std::string shortHash(const std::string& text);

/// A pod from a pod template, owned by `owner`; without a name.
[[nodiscard]] Value podFromTemplate(const Value& tmpl, const Value& owner);
/// Whether two pod templates mean the same, the label `ignored` aside.
[[nodiscard]] bool sameTemplate(const Value& a, const Value& b, std::string_view ignored);
/// The time an RFC 3339 value says, if it is one.
[[nodiscard]] std::optional<Nanos> timeOf(const Value& text);

}  // namespace puppis::nodes
