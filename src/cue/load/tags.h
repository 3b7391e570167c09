// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "cue/syntax/ast.h"

namespace puppis::cue {

/// Values for fields marked `@tag(name, short=a|b, type=int, var=now)`, and conditions `@if(name && !other)`
/// of files.
class Tags {
 public:
  /// `given` are the arguments of -t: "name=value" or a shorthand.
  explicit Tags(std::vector<std::string> given);
  /// Values of `var=` by name (now, os, ...), asked when -T is set.
  void setVariables(std::map<std::string, std::string> variables) { variables_ = std::move(variables); }

  /// Whether the file takes part: false when its `@if` does not hold or it says `@ignore()`. `ownTags` is
  /// false for files outside of the main module, where no tag is set.
  Result<bool> takesPart(const File& file, bool ownTags);

  /// Unifies the given values with the tagged fields of the files. A tag that no file knows is an error.
  Status inject(const std::vector<std::shared_ptr<File>>& files);

 private:
  std::vector<std::string> given_;
  std::map<std::string, std::string> variables_;
  std::set<std::string> seen_;  ///< names that conditions asked for
};

/// The arguments of an attribute: `a(x, "y", k=v)` has "x", "y" and k with "v".
struct AttributeArgument {
  std::string key;  ///< empty without "="
  std::string value;
};
std::vector<AttributeArgument> attributeArguments(std::string_view body);

}  // namespace puppis::cue
