// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "cue/cue.h"
#include "kube/client.h"
#include "kube/informer.h"
#include "kube/work_queue.h"
#include "oam/definition.h"

namespace puppis::controller {

/// Registers the definitions of an API: each version that is seen becomes an immutable DefinitionRevision,
/// its parameters are published as the ConfigMap `TYPE-schema-NAME` (key openapi-v3-json-schema) with one
/// more for the revision, its form as `TYPE-uischema-NAME` (key ui-schema), and its status says where, or why
/// not. Names and labels are KubeVela's. What is registered already costs nothing. One thread; a definition
/// that fails holds up no other.
class DefinitionRegistrar {
 public:
  DefinitionRegistrar(kube::Client& client, Clock& clock, Log& log, std::shared_ptr<cue::Runtime> runtime,
                      int revisionLimit = 20);
  ~DefinitionRegistrar();

  /// Takes a change of a definition; returns at once.
  void changed(const kube::Change& change);
  void start();
  void stop();
  /// Does what is ready on the calling thread, for use without start().
  void runReady();

 private:
  void workOn(const std::string& key);
  Status registerDefinition(const data::Value& object);
  Status publish(const data::Value& object, const oam::Definition& definition,
                 const std::string& revisionName);
  Status publishMap(const std::string& name, const data::Value& owner, const oam::Definition& definition,
                    std::string_view labelValue, std::string_view key, std::string text);
  Result<std::string> reviseAs(const data::Value& object, const oam::Definition& definition,
                               const std::string& hash, std::int64_t& number);
  void retire(const data::Value& object, const oam::Definition& definition);
  Status report(const data::Value& object, data::Value status);

  kube::Client& client_;
  Clock& clock_;
  Log& log_;
  std::shared_ptr<cue::Runtime> runtime_;
  int revisionLimit_;
  kube::WorkQueue queue_;
  std::mutex mutex_;
  std::map<std::string, data::Value> pending_;
  std::thread thread_;
};

}  // namespace puppis::controller
