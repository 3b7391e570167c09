// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/value.h"

namespace puppis::kube {

/// A label selector: every requirement must hold. The empty selector matches everything.
class LabelSelector {
 public:
  enum class Operator { In, NotIn, Exists, DoesNotExist, GreaterThan, LessThan };
  struct Requirement {
    std::string key;
    Operator op = Operator::Exists;
    std::vector<std::string> values;  ///< sorted
  };

  /// "a=b,c==d,e!=f,g in (h,i),j notin (k),l,!m,n>1,o<2"; InvalidArgument with what is wrong.
  static Result<LabelSelector> parse(std::string_view text);
  /// From a meta/v1 LabelSelector object: matchLabels and matchExpressions. A null value selects nothing.
  static Result<LabelSelector> fromObject(const data::Value& selector);

  /// `labels` is the metadata.labels object (or null).
  [[nodiscard]] bool matches(const data::Value& labels) const;
  [[nodiscard]] bool everything() const { return requirements_.empty() && !nothing_; }
  [[nodiscard]] std::string str() const;
  [[nodiscard]] const std::vector<Requirement>& requirements() const { return requirements_; }

 private:
  std::vector<Requirement> requirements_;
  bool nothing_ = false;
};

/// A field selector: "metadata.name=x,status.phase!=Running". Which fields a type supports is the server's
/// matter.
class FieldSelector {
 public:
  struct Term {
    std::string path;
    std::string value;
    bool equal = true;
  };
  static Result<FieldSelector> parse(std::string_view text);
  /// By looking the dotted path up in the object; a missing field reads as "", numbers and booleans as their
  /// JSON text.
  [[nodiscard]] bool matches(const data::Value& object) const;
  [[nodiscard]] bool everything() const { return terms_.empty(); }
  [[nodiscard]] std::string str() const;
  [[nodiscard]] const std::vector<Term>& terms() const { return terms_; }

 private:
  std::vector<Term> terms_;
};

}  // namespace puppis::kube
