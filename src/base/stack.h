// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

// Recursion as deep as the data is, on whatever stack the caller has.

namespace puppis {

/// Whether the current stack has little room left for another level of recursion.
bool stackIsLow();
/// Runs `work` on a fresh piece of stack and returns when it is done; what it throws is thrown here.
void onMoreStack(const std::function<void()>& work);

/// Runs `work`, one level of a recursion, here or, where this stack comes to its end, on a fresh one.
template <typename Work>
auto deeper(Work&& work) -> std::invoke_result_t<Work&> {
  using Out = std::invoke_result_t<Work&>;
  if (!stackIsLow()) return work();
  if constexpr (std::is_void_v<Out>) {
    onMoreStack([&] { work(); });
  } else {
    std::optional<Out> out;
    onMoreStack([&] { out.emplace(work()); });
    return std::move(*out);
  }
}

}  // namespace puppis
