// SPDX-License-Identifier: Apache-2.0
#include "store/index.h"

#include <algorithm>
#include <map>

#include "base/strings.h"

namespace puppis::store {

std::string prefixEnd(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(end.back() + 1);
  return end;
}

EntryPtr Index::get(std::string_view key) const {
  std::shared_lock lock(mutex_);
  auto it = current_.find(key);
  return it == current_.end() ? nullptr : *it;
}

namespace {

/// Text of the newest entries whose trees are kept; a tree takes several times as much.
constexpr std::size_t kWarmBytes = 256 * 1024;

/// What a change in history holds that nothing else does.
std::size_t bytesOf(const Event& event) {
  return event.previous ? event.previous->json().size() : 0;
}

Error compactedError(Revision asked, Revision floor) {
  return Error(ErrorCode::Gone, "The revision " + std::to_string(asked) +
                                    " has been compacted; the oldest kept is " + std::to_string(floor + 1))
      .reason("Expired");
}

}  // namespace

Result<Range> Index::range(std::string_view from, std::string_view to, std::size_t limit,
                           Revision revision) const {
  std::shared_lock lock(mutex_);
  if (revision > revision_) {
    return fail(ErrorCode::InvalidArgument, "revision " + std::to_string(revision) +
                                                " lies in the future; the newest is " +
                                                std::to_string(revision_));
  }
  Range out;
  auto it = current_.lower_bound(from);
  auto end = to.empty() ? current_.end() : current_.lower_bound(to);
  if (revision == 0 || revision == revision_) {
    out.revision = revision_;
    for (; it != end; ++it) {
      if (limit != 0 && out.entries.size() == limit) {
        out.more = true;
        out.remaining = std::distance(it, end);
        break;
      }
      out.entries.push_back(*it);
    }
    return out;
  }
  if (revision < compacted_) return fail(compactedError(revision, compacted_));
  // What was there at `revision`: the changes since, newest first, leave the value of the oldest of them.
  std::map<std::string_view, EntryPtr> undone;
  for (auto event = history_.rbegin(); event != history_.rend() && (*event)->revision > revision; ++event) {
    const std::string& key = (*event)->key();
    if (key >= from && (to.empty() || key < to)) undone[key] = (*event)->previous;
  }
  out.revision = revision;
  std::vector<EntryPtr> all;
  auto past = undone.begin();
  for (; it != end || past != undone.end();) {
    if (past == undone.end() || (it != end && (*it)->key < past->first)) {
      all.push_back(*it);
      ++it;
      continue;
    }
    if (it != end && (*it)->key == past->first) ++it;
    if (past->second) all.push_back(past->second);
    ++past;
  }
  if (limit != 0 && all.size() > limit) {
    out.more = true;
    out.remaining = static_cast<std::int64_t>(all.size() - limit);
    all.resize(limit);
  }
  out.entries = std::move(all);
  return out;
}

std::size_t Index::count(std::string_view from, std::string_view to) const {
  std::shared_lock lock(mutex_);
  auto end = to.empty() ? current_.end() : current_.lower_bound(to);
  return static_cast<std::size_t>(std::distance(current_.lower_bound(from), end));
}

Revision Index::revision() const {
  std::shared_lock lock(mutex_);
  return revision_;
}

Revision Index::compacted() const {
  std::shared_lock lock(mutex_);
  return compacted_;
}

class Index::Handle final : public Watch {
 public:
  Handle(Index& index, std::shared_ptr<Watcher> watcher) : index_(index), watcher_(std::move(watcher)) {}
  ~Handle() override {
    std::lock_guard lock(index_.publishing_);
    auto it = index_.watchers_.find(watcher_->prefix);
    if (it == index_.watchers_.end()) return;
    std::erase(it->second, watcher_);
    if (it->second.empty()) index_.watchers_.erase(it);
  }

 private:
  Index& index_;
  std::shared_ptr<Watcher> watcher_;
};

Result<std::unique_ptr<Watch>> Index::watch(std::string prefix, Revision after,
                                            std::shared_ptr<WatchSink> sink) {
  std::lock_guard ordering(publishing_);
  std::vector<EventPtr> missed;
  {
    std::shared_lock lock(mutex_);
    if (after < compacted_) return fail(compactedError(after, compacted_));
    auto first = std::partition_point(history_.begin(), history_.end(),
                                      [&](const EventPtr& e) { return e->revision <= after; });
    for (; first != history_.end(); ++first) {
      if (startsWith((*first)->key(), prefix)) missed.push_back(*first);
    }
  }
  for (const EventPtr& event : missed) sink->event(event);
  auto watcher = std::make_shared<Watcher>(Watcher{std::move(prefix), std::move(sink)});
  watchers_[watcher->prefix].push_back(watcher);
  return std::make_unique<Handle>(*this, std::move(watcher));
}

void Index::deliver(const EventPtr& event) {
  // A watcher of a prefix is found by looking every prefix of the key up that ends at a '/', and the key
  // itself, so that an event costs nothing for those who did not ask for it.
  auto tell = [&](std::string_view prefix) {
    auto it = watchers_.find(std::string(prefix));
    if (it == watchers_.end()) return;
    for (const auto& watcher : it->second) watcher->sink->event(event);
  };
  if (watchers_.empty()) return;
  const std::string& key = event->key();
  tell("");
  for (std::size_t at = key.find('/'); at != std::string::npos; at = key.find('/', at + 1)) {
    if (at + 1 < key.size()) tell(std::string_view(key).substr(0, at + 1));
  }
  tell(key);
}

void Index::take(const EventPtr& event) {
  auto it = current_.find(event->key());
  if (it == current_.end()) {
    if (event->entry) current_.insert(event->entry);
  } else if (!event->entry) {
    current_.erase(it);
  } else {
    auto after = std::next(it);
    auto node = current_.extract(it);
    node.value() = event->entry;
    current_.insert(after, std::move(node));
  }
  revision_ = std::max(revision_, event->revision);
}

void Index::keepWarm(const EntryPtr& entry) {
  warm_.push_back(entry);
  warmBytes_ += entry->json().size();
  while (warmBytes_ > kWarmBytes) {
    warmBytes_ -= warm_.front()->json().size();
    warm_.front()->cool();
    warm_.pop_front();
  }
}

void Index::pushHistory(EventPtr event, std::vector<Revision>& garbage) {
  historyBytes_ += bytesOf(*event);
  history_.push_back(std::move(event));
  while (history_.size() > limits_.events || (historyBytes_ > limits_.bytes && !history_.empty()))
    popHistory(garbage);
}

void Index::popHistory(std::vector<Revision>& garbage) {
  const EventPtr& oldest = history_.front();
  historyBytes_ -= bytesOf(*oldest);
  if (oldest->previous) garbage.push_back(oldest->previous->modified);
  if (oldest->isDelete()) garbage.push_back(oldest->revision);
  compacted_ = oldest->revision;
  history_.pop_front();
}

std::vector<Revision> Index::publish(const std::vector<EventPtr>& events) {
  std::lock_guard ordering(publishing_);
  std::vector<Revision> garbage;
  {
    std::unique_lock lock(mutex_);
    for (const EventPtr& event : events) {
      take(event);
      if (event->entry) keepWarm(event->entry);
      pushHistory(event, garbage);
    }
  }
  for (const EventPtr& event : events) deliver(event);
  if (!events.empty()) delivered_ = events.back()->revision;
  return garbage;
}

Result<std::vector<Revision>> Index::compact(Revision revision) {
  std::unique_lock lock(mutex_);
  if (revision > revision_)
    return fail(ErrorCode::InvalidArgument, "cannot compact a revision that lies in the future");
  std::vector<Revision> garbage;
  while (!history_.empty() && history_.front()->revision <= revision) popHistory(garbage);
  compacted_ = std::max(compacted_, revision);
  return garbage;
}

std::vector<Revision> Index::load(EventPtr event, bool keepHistory) {
  std::unique_lock lock(mutex_);
  std::vector<Revision> garbage;
  take(event);
  if (keepHistory) pushHistory(std::move(event), garbage);
  return garbage;
}

void Index::setFloor(Revision compacted, Revision revision) {
  std::unique_lock lock(mutex_);
  compacted_ = std::max(compacted_, compacted);
  revision_ = std::max(revision_, revision);
  delivered_ = revision_;
}

void Index::close(const Error& why) {
  std::lock_guard ordering(publishing_);
  for (auto& [prefix, list] : watchers_) {
    for (auto& watcher : list) watcher->sink->lost(why);
  }
  watchers_.clear();
}

}  // namespace puppis::store
