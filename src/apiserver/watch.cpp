// SPDX-License-Identifier: Apache-2.0
#include "apiserver/watch.h"

#include <atomic>
#include <deque>

namespace puppis::apiserver {
namespace {

using data::Value;

constexpr Nanos kBookmarkEvery = std::chrono::seconds(60);
constexpr Nanos kLeastWait =
    std::chrono::milliseconds(100);  // between two looks at a watch that ended but was not closed yet
constexpr std::size_t kMostBehind = 100'000;  // changes a watch may lag before it is ended

Value bookmarkObject(const Resource& resource, store::Revision revision) {
  Value meta = Value::object({{"resourceVersion", std::to_string(revision)}});
  return Value::object({{"kind", resource.kind->kind},
                        {"apiVersion", resource.kind->apiVersion()},
                        {"metadata", std::move(meta)}});
}

}  // namespace

class WatchHub::OneWatch final : public store::WatchSink, public std::enable_shared_from_this<OneWatch> {
 public:
  OneWatch(WatchHub& hub, WatchRequest request, Nanos now)
      : hub_(hub), request_(std::move(request)), told_(request_.after) {
    initial_ = std::move(request_.initial);
    if (request_.timeout) endAt_ = now + *request_.timeout;
    nextBookmark_ = now + kBookmarkEvery;
  }

  void event(const store::EventPtr& event) override {
    if (event->revision <= request_.after) return;
    bool first = false;
    {
      std::lock_guard lock(mutex_);
      if (lost_) return;
      if (queue_.size() >= kMostBehind) {
        lost_ = Error(ErrorCode::Gone, "the watch fell too far behind").reason("Expired");
        queue_.clear();
      } else {
        queue_.push_back(event);
      }
      first = !scheduled_;
      scheduled_ = true;
    }
    if (first) hub_.ready(shared_from_this());
  }

  void lost(const Error& why) override {
    {
      std::lock_guard lock(mutex_);
      lost_ = why;
      scheduled_ = true;
    }
    hub_.ready(shared_from_this());
  }

  /// Tells what is due. On the hub's thread.
  void pump(Nanos now) {
    std::lock_guard running(running_);
    std::deque<store::EventPtr> events;
    std::optional<Error> lost;
    std::vector<WatchItem> items;
    {
      std::lock_guard lock(mutex_);
      if (closed_) return;
      scheduled_ = false;
      events.swap(queue_);
      items.swap(initial_);
      lost = lost_;
    }
    for (const store::EventPtr& event : events) take(*event, items);
    if (!items.empty()) request_.items(std::move(items));
    if (closed_) return;
    if (lost) return end(fail(*lost));
    if (endAt_ && now >= *endAt_) {
      bookmark();
      if (!closed_) end({});
      return;
    }
    if (request_.bookmarks && now >= nextBookmark_) {
      nextBookmark_ = now + kBookmarkEvery;
      bookmark();
    }
  }

  /// When the watch wants to be pumped although nothing happens.
  [[nodiscard]] std::optional<Nanos> due() const {
    std::optional<Nanos> at = endAt_;
    if (request_.bookmarks && (!at || nextBookmark_ < *at)) at = nextBookmark_;
    return at;
  }

  void close() {
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
    }
    std::lock_guard running(running_);  // waits for a pump that runs (its own thread passes)
  }

  std::unique_ptr<store::Watch> watch;

 private:
  void end(Status status) {
    closed_ = true;
    if (request_.ended) request_.ended(std::move(status));
  }

  void bookmark() {
    if (!request_.bookmarks) return;
    // Everything the store has delivered is in the queue or told; with an empty queue, all of it has been
    // told.
    store::Revision at = hub_.store_.delivered();
    {
      std::lock_guard lock(mutex_);
      if (!queue_.empty() || at < told_) at = told_;
    }
    request_.items({{WatchItem::Type::Bookmark, Shown(bookmarkObject(*request_.resource, at)), at}});
  }

  void take(const store::Event& event, std::vector<WatchItem>& items) {
    told_ = event.revision;
    bool is = event.entry && request_.filter.matches(*event.entry);
    bool was = event.previous && request_.filter.matches(*event.previous);
    if (is) {
      items.push_back({was ? WatchItem::Type::Modified : WatchItem::Type::Added,
                       Shown(*request_.resource, event.entry), event.revision});
    } else if (was) {
      Value gone = request_.resource->fromStorage(event.previous->value());
      gone["metadata"].set("resourceVersion", std::to_string(event.revision));
      items.push_back({WatchItem::Type::Deleted, Shown(std::move(gone)), event.revision});
    }
  }

  WatchHub& hub_;
  WatchRequest request_;
  std::recursive_mutex running_;
  std::mutex mutex_;  // guards the next five
  std::deque<store::EventPtr> queue_;
  std::vector<WatchItem> initial_;
  std::optional<Error> lost_;
  bool scheduled_ = false;
  std::atomic<bool> closed_{false};
  store::Revision told_;
  std::optional<Nanos> endAt_;
  Nanos nextBookmark_{};
};

class WatchHub::Handle final : public WatchHandle {
 public:
  Handle(WatchHub& hub, std::shared_ptr<OneWatch> watch) : hub_(hub), watch_(std::move(watch)) {}
  ~Handle() override { hub_.remove(watch_); }

 private:
  WatchHub& hub_;
  std::shared_ptr<OneWatch> watch_;
};

WatchHub::WatchHub(store::Store& store, Clock& clock)
    : store_(store), clock_(clock), thread_([this] { run(); }) {}

WatchHub::~WatchHub() {
  {
    std::lock_guard lock(mutex_);
    quit_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

Result<std::unique_ptr<WatchHandle>> WatchHub::start(WatchRequest request) {
  bool hasInitial = !request.initial.empty();
  std::string prefix = request.prefix;
  store::Revision after = request.after;
  auto watch = std::make_shared<OneWatch>(*this, std::move(request), clock_.monotonic());
  TRY(watch->watch, store_.watch(std::move(prefix), after, watch));
  {
    std::lock_guard lock(mutex_);
    all_.insert(watch);
    if (std::optional<Nanos> due = watch->due()) dueAt(*due);
    if (hasInitial) ready_.push_back(watch);
  }
  // The new watch may have an earlier deadline than the one slept for.
  wake_.notify_all();
  return std::make_unique<Handle>(*this, std::move(watch));
}

std::size_t WatchHub::size() const {
  std::lock_guard lock(mutex_);
  return all_.size();
}

void WatchHub::ready(std::shared_ptr<OneWatch> watch) {
  {
    std::lock_guard lock(mutex_);
    ready_.push_back(std::move(watch));
  }
  wake_.notify_all();
}

void WatchHub::remove(const std::shared_ptr<OneWatch>& watch) {
  watch->watch.reset();
  {
    std::lock_guard lock(mutex_);
    all_.erase(watch);
  }
  watch->close();
}

void WatchHub::run() {
  std::unique_lock lock(mutex_);
  while (!quit_) {
    std::vector<std::shared_ptr<OneWatch>> now;
    now.swap(ready_);
    Nanos time = clock_.monotonic();
    if (nextDue_ && time >= *nextDue_) {
      nextDue_.reset();
      for (const auto& watch : all_) {
        std::optional<Nanos> due = watch->due();
        if (due && *due <= time) now.push_back(watch);
        if (due && *due > time) dueAt(*due);
      }
    }
    if (now.empty()) {
      if (nextDue_) {
        wake_.wait_for(lock, *nextDue_ - time);
      } else {
        wake_.wait(lock);
      }
      continue;
    }
    lock.unlock();
    for (auto& watch : now) watch->pump(time);
    lock.lock();
    for (auto& watch : now) {
      if (std::optional<Nanos> due = watch->due(); due && all_.count(watch) != 0)
        dueAt(std::max(*due, time + kLeastWait));
    }
  }
}

void WatchHub::dueAt(Nanos time) {
  if (!nextDue_ || time < *nextDue_) nextDue_ = time;
}

}  // namespace puppis::apiserver
