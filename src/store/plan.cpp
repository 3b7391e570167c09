// SPDX-License-Identifier: Apache-2.0
#include "store/plan.h"

#include <map>

namespace puppis::store {

Result<Plan> planCommit(std::vector<Change> changes, Revision next,
                        const std::function<EntryPtr(const std::string&)>& look) {
  Plan plan;
  std::map<std::string, EntryPtr> own;  // what earlier changes of this transaction did
  for (Change& change : changes) {
    auto mine = own.find(change.key);
    EntryPtr before = mine != own.end() ? mine->second : look(change.key);
    Revision at = before ? before->modified : 0;
    if (change.expected && *change.expected != at) {
      return fail(Error(ErrorCode::Conflict, "key " + change.key + " is at revision " + std::to_string(at) +
                                                 ", not " + std::to_string(*change.expected)));
    }
    EntryPtr after;
    if (change.value) {
      if (change.stamp) change.stamp(*change.value, next);
      Entry::Place place{before ? before->created : next, next, before ? before->version + 1 : 1};
      auto entry = std::make_shared<Entry>(change.key, std::move(*change.value), place);
      plan.fresh.push_back(entry);
      after = std::move(entry);
    } else if (!before) {
      return fail(Error(ErrorCode::NotFound, "key " + change.key + " does not exist"));
    }
    own[change.key] = after;
    plan.entries.push_back(after);
    plan.events.push_back(std::make_shared<Event>(Event{next, after, before}));
    ++next;
  }
  return plan;
}

}  // namespace puppis::store
