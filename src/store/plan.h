// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "store/store.h"

namespace puppis::store {

/// A transaction whose guards hold: what it will publish, in order.
struct Plan {
  std::vector<EventPtr> events;
  std::vector<EntryPtr> entries;              ///< of the puts; nullptr for deletes
  std::vector<std::shared_ptr<Entry>> fresh;  ///< the puts, to be sealed before they are shown
  void seal() {
    for (const auto& entry : fresh) entry->seal();
  }
};

/// Checks the guards against the state that `look` shows and numbers the changes from `next`.
Result<Plan> planCommit(std::vector<Change> changes, Revision next,
                        const std::function<EntryPtr(const std::string&)>& look);

}  // namespace puppis::store
