// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>

#include "data/quantity.h"
#include "data/value.h"

/// Which pods may run on which nodes.
namespace puppis::nodes {

using data::Value;

/// Whether nodeSelector and required node affinity of a pod (or pod spec's owner) admit the node.
[[nodiscard]] bool affinityAdmits(const Value& podSpec, const Value& node);
/// The first taint of the node with one of these effects that the pod does not tolerate, as "{key: value}";
/// empty when there is none. `executeOnly` looks at NoExecute alone.
[[nodiscard]] std::string untoleratedTaint(const Value& podSpec, const Value& node, bool executeOnly = false);
[[nodiscard]] bool nodeReady(const Value& node);

/// What a pod asks of a node, or what a node has.
struct Amounts {
  std::int64_t milliCpu = 0;
  std::int64_t memory = 0;
  std::int64_t pods = 0;

  Amounts& operator+=(const Amounts& o);
  Amounts& operator-=(const Amounts& o);
};
[[nodiscard]] Amounts requestsOf(const Value& podSpec);
[[nodiscard]] Amounts allocatableOf(const Value& node);

}  // namespace puppis::nodes
