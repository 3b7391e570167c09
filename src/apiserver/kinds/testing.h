// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "apiserver/kind.h"
#include "base/result.h"
#include "data/value.h"

/// For tests of the kinds: runs their hooks in the order of the server, without one.
namespace puppis::apiserver::kinds::testing {

/// The cases of src/apiserver/kinds/testdata/NAME.
data::Value readCases(const std::string& name, const std::string& folder);

class Kinds {
 public:
  Kinds() : kinds_(builtinKinds(schemas_)) {}

  [[nodiscard]] const KindInfo* of(const data::Value& object) const;
  /// As POST does; `metadata` gives what the server would choose (uid, namespace, creationTimestamp). An
  /// Error names the decoding fault, or every field fault in `details`.
  Result<data::Value> create(const KindInfo& kind, const data::Value& request,
                             const data::Value& metadata) const;
  /// As PUT does. `old` is the stored object.
  Result<data::Value> update(const KindInfo& kind, const data::Value& request, const data::Value& old,
                             const std::string& subresource) const;

 private:
  SchemaSet schemas_;
  std::vector<KindInfo> kinds_;
};

}  // namespace puppis::apiserver::kinds::testing
