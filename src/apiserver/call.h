// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/value.h"
#include "kube/client.h"
#include "kube/gvk.h"
#include "store/store.h"

namespace puppis::apiserver {

/// Who asks.
struct User {
  std::string name;
  std::string uid;
  std::vector<std::string> groups;
  std::vector<std::pair<std::string, std::vector<std::string>>> extra;
  [[nodiscard]] bool in(std::string_view group) const;
};

/// One request, whether it came over HTTP or in process.
struct Call {
  User user;
  std::string userAgent;
  kube::Gvr type;
  std::string ns;
  std::string name;
  std::string subresource;

  bool dryRun = false;
  bool force = false;
  std::string fieldManager;
  std::string fieldValidation;  ///< "" is Warn

  std::string labelSelector;
  std::string fieldSelector;
  std::string resourceVersion;
  std::string resourceVersionMatch;
  std::string continueToken;
  std::int64_t limit = 0;
  std::optional<std::int64_t> timeoutSeconds;
  bool bookmarks = false;
  std::optional<bool> sendInitialEvents;

  kube::DeleteOptions remove;
  bool cascadesOldWay = false;  ///< a deletion with orphanDependents: false

  // What the verbs tell besides their answer.
  std::vector<std::string> warnings;
  /// What the details of a failing Status name, where that is not the request's own object.
  struct About {
    std::string group = {}, kind = {}, name = {};
    int retryAfterSeconds = 0;  ///< 0 says nothing of it
  };
  std::optional<About> about;
};

/// What a writing verb answers.
struct Answer {
  int status = 200;
  data::Value object;
  store::EntryPtr stored;  ///< when the object is what this holds, for its text
};

}  // namespace puppis::apiserver
