// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "data/value.h"
#include "oam/definition.h"

namespace puppis::cue {
class Runtime;
}

namespace puppis::render {

/// What a definition says of its live objects.
struct LiveStatus {
  bool healthy = false;
  std::string message;  ///< customStatus; empty when it has none or fails
  std::vector<std::pair<std::string, std::string>>
      details;  ///< strings as they are, other values as CUE text
  /// Why a part could not be evaluated: the controller logs them, `def test` shows them. Not a failure of the
  /// call: a health rule that does not evaluate means "not healthy yet".
  std::vector<Error> problems;
};

/// The `context` that status templates see. Build it once a component (or trait) from its live objects.
struct StatusContext {
  std::string name;  ///< of the component
  std::string appName;
  std::string appRevision;
  std::string namespace_;
  std::string cluster;
  data::Value output;  ///< the live main object; null for a trait
  /// The live outputs by their key in `outputs` (trait.oam.dev/resource).
  std::vector<std::pair<std::string, data::Value>> outputs;
  [[nodiscard]] data::Value toData() const;
};

/// Evaluates healthPolicy, customStatus and details of a definition for live objects. Without a healthPolicy
/// the answer is healthy: whether the object exists is the caller's to know. Compiled texts are kept; safe to
/// share between threads.
class StatusEvaluator {
 public:
  explicit StatusEvaluator(std::shared_ptr<cue::Runtime> runtime);
  ~StatusEvaluator();
  StatusEvaluator(const StatusEvaluator&) = delete;
  StatusEvaluator& operator=(const StatusEvaluator&) = delete;

  /// `parameter` are the properties as the user wrote them (null for none).
  LiveStatus evaluate(const oam::Definition& definition, const data::Value& parameter,
                      const StatusContext& context);
  /// The same with a ready-made `context` value, for tests of definitions.
  LiveStatus evaluate(const oam::Definition& definition, const data::Value& parameter,
                      const data::Value& context);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace puppis::render
