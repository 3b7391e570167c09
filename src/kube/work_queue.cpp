// SPDX-License-Identifier: Apache-2.0
#include "kube/work_queue.h"

#include <algorithm>

namespace puppis::kube {

void WorkQueue::addLocked(const std::string& key) {
  if (closed_) return;
  if (working_.count(key) != 0) {
    again_.insert(key);
    return;
  }
  if (!waiting_.insert(key).second) return;
  ready_.push_back(key);
  changed_.notify_one();
}

void WorkQueue::add(const std::string& key) {
  std::lock_guard lock(mutex_);
  delayed_.erase(key);
  addLocked(key);
}

void WorkQueue::addAfter(const std::string& key, Nanos pause) {
  std::lock_guard lock(mutex_);
  if (pause <= Nanos::zero()) return addLocked(key);
  Nanos due = clock_.monotonic() + pause;
  auto [it, fresh] = delayed_.emplace(key, due);
  if (!fresh) it->second = std::min(it->second, due);
  changed_.notify_all();
}

void WorkQueue::addFailed(const std::string& key) {
  Nanos pause;
  {
    std::lock_guard lock(mutex_);
    int failures = failures_[key]++;
    pause = std::min(Nanos(firstPause_ * (1LL << std::min(failures, 30))), longestPause_);
  }
  addAfter(key, pause);
}

void WorkQueue::forget(const std::string& key) {
  std::lock_guard lock(mutex_);
  failures_.erase(key);
}

void WorkQueue::promoteLocked() {
  Nanos now = clock_.monotonic();
  for (auto it = delayed_.begin(); it != delayed_.end();) {
    if (it->second > now) {
      ++it;
      continue;
    }
    std::string key = it->first;
    it = delayed_.erase(it);
    addLocked(key);
  }
}

std::optional<std::string> WorkQueue::popLocked() {
  promoteLocked();
  if (ready_.empty()) return std::nullopt;
  std::string key = std::move(ready_.front());
  ready_.pop_front();
  waiting_.erase(key);
  working_.insert(key);
  return key;
}

std::optional<std::string> WorkQueue::take() {
  std::unique_lock lock(mutex_);
  while (!closed_) {
    if (auto key = popLocked()) return key;
    if (delayed_.empty()) {
      changed_.wait(lock);
      continue;
    }
    auto first = std::min_element(delayed_.begin(), delayed_.end(),
                                  [](const auto& a, const auto& b) { return a.second < b.second; });
    changed_.wait_for(lock, std::max(first->second - clock_.monotonic(), Nanos::zero()));
  }
  return std::nullopt;
}

std::optional<std::string> WorkQueue::tryTake() {
  std::lock_guard lock(mutex_);
  return popLocked();
}

void WorkQueue::done(const std::string& key) {
  std::lock_guard lock(mutex_);
  working_.erase(key);
  if (again_.erase(key) != 0) addLocked(key);
  changed_.notify_all();
}

void WorkQueue::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

std::size_t WorkQueue::size() const {
  std::lock_guard lock(mutex_);
  return ready_.size() + working_.size() + delayed_.size();
}

std::optional<Nanos> WorkQueue::nextDue() const {
  std::lock_guard lock(mutex_);
  std::optional<Nanos> out;
  Nanos now = clock_.monotonic();
  for (const auto& [key, due] : delayed_) {
    Nanos left = std::max(due - now, Nanos::zero());
    if (!out || left < *out) out = left;
  }
  return out;
}

}  // namespace puppis::kube
