// SPDX-License-Identifier: Apache-2.0
#include "kube/informer.h"

#include <algorithm>
#include <utility>

#include "kube/object.h"

namespace puppis::kube {

namespace {

constexpr Nanos kFirstPause = std::chrono::milliseconds(200);
constexpr Nanos kLongestPause = std::chrono::seconds(30);
constexpr std::int64_t kPageSize = 500;
constexpr std::size_t kMostRemoved = 4096;

Value withoutManagedFields(Value object) {
  if (object.get("metadata").has("managedFields")) object["metadata"].erase("managedFields");
  return object;
}

bool isNumber(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool newerVersion(const std::string& candidate, const std::string& than) {
  if (!isNumber(candidate) || !isNumber(than)) return candidate != than;
  if (candidate.size() != than.size()) return candidate.size() > than.size();
  return candidate > than;
}

Informer::Informer(Client& client, InformerOptions options) : client_(client), options_(std::move(options)) {
  if (!options_.transform) options_.transform = withoutManagedFields;
}

bool Informer::synced() const {
  std::lock_guard lock(mutex_);
  return synced_;
}

std::optional<Value> Informer::get(const ObjectName& name) const {
  std::lock_guard lock(mutex_);
  auto it = objects_.find(name);
  if (it == objects_.end()) return std::nullopt;
  return it->second;
}

std::vector<Value> Informer::list(const std::string& ns) const {
  std::lock_guard lock(mutex_);
  std::vector<Value> out;
  auto it = ns.empty() ? objects_.begin() : objects_.lower_bound(ObjectName{ns, ""});
  for (; it != objects_.end() && (ns.empty() || it->first.ns == ns); ++it) out.push_back(it->second);
  return out;
}

std::vector<Value> Informer::byIndex(const std::string& key) const {
  std::lock_guard lock(mutex_);
  std::vector<Value> out;
  auto found = index_.find(key);
  if (found == index_.end()) return out;
  for (const auto& name : found->second) out.push_back(objects_.at(name));
  return out;
}

std::size_t Informer::size() const {
  std::lock_guard lock(mutex_);
  return objects_.size();
}

void Informer::reindex(const ObjectName& name, const std::optional<Value>& before,
                       const std::optional<Value>& after) {
  if (!options_.index) return;
  if (before) {
    for (const auto& key : options_.index(*before)) {
      auto it = index_.find(key);
      if (it == index_.end()) continue;
      it->second.erase(name);
      if (it->second.empty()) index_.erase(it);
    }
  }
  if (after) {
    for (const auto& key : options_.index(*after)) index_[key].insert(name);
  }
}

/// Puts one change into the mirror and tells it. The caller holds order_ (not mutex_).
void Informer::change(std::optional<Value> before, std::optional<Value> after) {
  ObjectName name = nameOf(after ? *after : *before);
  {
    std::lock_guard lock(mutex_);
    reindex(name, before, after);
    if (after) {
      objects_[name] = *after;
      removed_.erase(name);
    } else {
      objects_.erase(name);
    }
  }
  Change told{std::move(before), std::move(after)};
  for (const auto& handler : handlers_) handler(told);
}

void Informer::learn(Value object) {
  object = options_.transform(std::move(object));
  std::lock_guard order(order_);
  ObjectName name = nameOf(object);
  std::optional<Value> before = get(name);
  if (before && !newerVersion(resourceVersion(object), resourceVersion(*before))) return;
  if (!before) {
    std::lock_guard lock(mutex_);
    auto gone = removed_.find(name);
    if (gone != removed_.end() && !newerVersion(resourceVersion(object), gone->second)) return;
  }
  change(std::move(before), std::move(object));
}

void Informer::take(WatchEvent event) {
  std::lock_guard order(order_);
  std::string version = resourceVersion(event.object);
  {
    std::lock_guard lock(mutex_);
    resourceVersion_ = version;
    progressed_ = true;
  }
  if (event.type == WatchEvent::Type::Bookmark) return;
  Value object = options_.transform(std::move(event.object));
  ObjectName name = nameOf(object);
  std::optional<Value> before = get(name);
  if (event.type == WatchEvent::Type::Deleted) {
    {
      std::lock_guard lock(mutex_);
      if (removed_.size() >= kMostRemoved) removed_.clear();
      removed_[name] = version;
    }
    // `learn` may already have seen a successor of the same name.
    if (before && (uid(*before) == uid(object) || newerVersion(version, resourceVersion(*before)))) {
      change(std::move(before), std::nullopt);
    }
    return;
  }
  if (before && !newerVersion(version, resourceVersion(*before))) return;
  change(std::move(before), std::move(object));
}

void Informer::replace(std::vector<Value> items) {
  std::lock_guard order(order_);
  std::set<ObjectName> present;
  for (auto& item : items) {
    Value object = options_.transform(std::move(item));
    ObjectName name = nameOf(object);
    present.insert(name);
    std::optional<Value> before = get(name);
    if (before && !newerVersion(resourceVersion(object), resourceVersion(*before))) continue;
    change(std::move(before), std::move(object));
  }
  std::vector<Value> gone;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [name, object] : objects_) {
      // What `learn` brought after the list was taken is not in it and yet there.
      if (present.count(name) == 0 && !newerVersion(resourceVersion(object), resourceVersion_))
        gone.push_back(object);
    }
  }
  for (auto& object : gone) change(std::move(object), std::nullopt);
}

Status Informer::startWatch(const std::function<void()>& wake) {
  WatchOptions options;
  options.labelSelector = options_.labelSelector;
  options.fieldSelector = options_.fieldSelector;
  {
    std::lock_guard lock(mutex_);
    options.resourceVersion = resourceVersion_;
    state_ = State::Watching;
    progressed_ = false;
  }
  WatchHandler handler;
  handler.event = [this](WatchEvent event) { take(std::move(event)); };
  handler.ended = [this, wake](Status outcome) {
    {
      std::lock_guard lock(mutex_);
      state_ = State::Broken;
      trouble_.reset();
      if (!outcome) trouble_ = outcome.error();
    }
    wake();
  };
  TRY(watch_, client_.watch(options_.type, options_.ns, std::move(handler), options));
  return {};
}

Nanos Informer::backOff(Clock& clock) {
  Nanos pause = std::min(Nanos(kFirstPause * (1LL << std::min(failures_, 8))), kLongestPause);
  ++failures_;
  notBefore_ = clock.monotonic() + pause;
  return pause;
}

std::optional<Nanos> Informer::runDue(Clock& clock, Log& log, const std::function<void()>& wake) {
  if (notBefore_) {
    Nanos left = *notBefore_ - clock.monotonic();
    if (left > Nanos::zero()) return left;
    notBefore_.reset();
  }
  State state;
  std::optional<Error> trouble;
  bool progressed = false;
  {
    std::lock_guard lock(mutex_);
    state = state_;
    trouble = std::exchange(trouble_, std::nullopt);
    progressed = progressed_;
  }
  if (state == State::Watching) return std::nullopt;
  if (state == State::Broken) {
    watch_.reset();
    // A watch that told something or stood for a while was a good one; a server that closes at once is left
    // in peace.
    if (progressed || clock.monotonic() - startedAt_ > kLongestPause) failures_ = 0;
    bool gone = trouble && trouble->code() == ErrorCode::Gone;
    {
      std::lock_guard lock(mutex_);
      state_ = gone ? State::Listing : State::Starting;
    }
    if (trouble && !gone) {
      log.warn("a watch broke and is resumed", {{"type", options_.type.str()}, {"error", trouble->str()}});
    }
    if ((trouble && !gone) || !progressed) return backOff(clock);
    state = gone ? State::Listing : State::Starting;
  }
  if (state == State::Listing) {
    ListOptions options;
    options.labelSelector = options_.labelSelector;
    options.fieldSelector = options_.fieldSelector;
    options.limit = kPageSize;
    auto list = listAll(client_, options_.type, options_.ns, options);
    if (!list) {
      log.warn("a list failed and is tried again",
               {{"type", options_.type.str()}, {"error", list.error().str()}});
      return backOff(clock);
    }
    {
      std::lock_guard lock(mutex_);
      resourceVersion_ = list->resourceVersion;
    }
    replace(std::move(list->items));
    std::lock_guard lock(mutex_);
    synced_ = true;
    state_ = State::Starting;
  }
  startedAt_ = clock.monotonic();
  if (auto started = startWatch(wake); !started) {
    std::lock_guard lock(mutex_);
    state_ = State::Starting;
    log.warn("a watch cannot start", {{"type", options_.type.str()}, {"error", started.error().str()}});
    return backOff(clock);
  }
  std::lock_guard lock(mutex_);
  if (state_ == State::Broken) return Nanos::zero();  // it ended before it was under way
  return std::nullopt;
}

void Informer::stop() {
  watch_.reset();
}

InformerSet::~InformerSet() {
  stop();
}

Informer& InformerSet::add(InformerOptions options, const std::function<void(Informer&)>& prepare) {
  auto informer = std::make_unique<Informer>(client_, std::move(options));
  Informer& out = *informer;
  if (prepare) prepare(out);
  std::lock_guard lock(mutex_);
  informers_.push_back(std::move(informer));
  woken_ = true;
  changed_.notify_all();
  return out;
}

void InformerSet::start() {
  thread_ = std::thread([this] { run(); });
}

void InformerSet::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  for (auto& informer : informers_) informer->stop();
}

void InformerSet::wake() {
  std::lock_guard lock(mutex_);
  woken_ = true;
  changed_.notify_all();
}

bool InformerSet::waitSynced(Nanos timeout) {
  auto synced = [this] {
    return std::all_of(informers_.begin(), informers_.end(), [](const auto& i) { return i->synced(); });
  };
  if (!thread_.joinable()) {
    // Nobody else would do it; what is not due yet is left to the caller's clock.
    runDue();
    std::lock_guard lock(mutex_);
    return synced();
  }
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, synced);
}

std::optional<Nanos> InformerSet::runDue() {
  std::vector<Informer*> informers;
  {
    std::lock_guard lock(mutex_);
    woken_ = false;
    for (auto& informer : informers_) informers.push_back(informer.get());
  }
  std::optional<Nanos> next;
  for (Informer* informer : informers) {
    auto due = informer->runDue(clock_, log_, [this] { wake(); });
    if (due && (!next || *due < *next)) next = due;
  }
  return next;
}

void InformerSet::run() {
  while (true) {
    std::optional<Nanos> next = runDue();
    std::unique_lock lock(mutex_);
    changed_.notify_all();
    auto ready = [this] { return woken_ || stopping_; };
    if (next) {
      changed_.wait_for(lock, *next, ready);
    } else {
      changed_.wait(lock, ready);
    }
    if (stopping_) return;
  }
}

}  // namespace puppis::kube
