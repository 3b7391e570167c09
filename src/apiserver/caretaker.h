// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "apiserver/api.h"

namespace puppis::apiserver {

/// The loops that a Kubernetes has in its controller manager and that every API needs: namespaces get their
/// service account and, when they go, are emptied; dependents of deleted owners are collected (in background,
/// foreground, or orphaned); definitions of custom kinds are accepted and, when they go, take their objects
/// along. Works on events only; one thread.
class Caretaker {
 public:
  explicit Caretaker(Api& api, std::string rootCa);
  ~Caretaker();
  Caretaker(const Caretaker&) = delete;
  Caretaker& operator=(const Caretaker&) = delete;

 private:
  class Sink;
  void run();
  void take(const std::string& key, const store::Entry* now, const store::Entry* before);
  bool doWork(const std::string& work);
  bool tendNamespace(const std::string& name);
  bool emptyNamespace(const std::string& name);
  bool tendDefinition(const std::string& name);
  bool tendOwned(const std::string& key);
  bool tendDeleting(const std::string& key);
  [[nodiscard]] bool ownerExists(const data::Value& reference, const std::string& ns) const;
  [[nodiscard]] ResourcePtr resourceAt(const std::string& key, std::string& ns, std::string& name) const;
  Call callFor(const Resource& resource, const std::string& ns, const std::string& name) const;
  bool dropFinalizer(const Resource& resource, const std::string& ns, const std::string& name,
                     const std::string& finalizer);

  Api& api_;
  std::string rootCa_;
  std::shared_ptr<Sink> sink_;
  std::unique_ptr<store::Watch> watch_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> work_;
  std::set<std::string> later_;                              ///< tried again after a while
  std::map<std::string, std::set<std::string>> dependents_;  ///< owner's uid to keys
  std::map<std::string, std::set<std::string>> ownersOf_;    ///< key to owners' uids
  std::map<std::string, std::string> deleting_;              ///< uid to key of what waits for its dependents
  std::set<std::string> terminating_;                        ///< namespaces
  bool quit_ = false;
  std::thread thread_;
};

}  // namespace puppis::apiserver
