// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "oam/application.h"

namespace puppis::oam {

/// One object of a document while it is read: gives its members with their kinds checked, and notes what is
/// wrong. A member that is absent or null is empty.
class Reader {
 public:
  Reader(const data::Value& object, Place place, Diagnostics& diagnostics);

  [[nodiscard]] bool isObject() const { return object_.isObject(); }
  [[nodiscard]] const data::Value& object() const { return object_; }
  [[nodiscard]] const Place& place() const { return place_; }
  [[nodiscard]] bool has(std::string_view key) const { return !object_.get(key).isNull(); }

  std::string text(std::string_view key);
  /// The same, and a fault when it is absent or empty.
  std::string requiredText(std::string_view key, std::string_view what);
  /// The same, but one that is missing altogether is a warning: an Application can be rendered without it. A
  /// key that is spelled almost so is still an error.
  std::string wantedText(std::string_view key, std::string_view what);
  std::vector<std::string> texts(std::string_view key);
  std::map<std::string, std::string> textMap(std::string_view key);
  bool boolean(std::string_view key);
  /// An object, or null.
  data::Value map(std::string_view key);
  /// A member of any kind.
  data::Value any(std::string_view key);
  Reader child(std::string_view key);
  /// The elements of a list, each an object.
  std::vector<Reader> children(std::string_view key);
  /// Where a member's key stands, or this object when it has no such member.
  [[nodiscard]] Place placeOf(std::string_view key) const;
  /// Where a member's value stands.
  [[nodiscard]] Place placeOfValue(std::string_view key) const;

  /// Notes members that nothing asked for.
  void warnUnknown(std::string_view what, const std::vector<std::string>& alsoKnown = {});

 private:
  std::string neededText(std::string_view key, std::string_view what, bool required);
  const data::Value* member(std::string_view key);
  void wrongKind(std::string_view key, std::string_view expected);

  data::Value object_;
  Place place_;
  Diagnostics* diagnostics_;
  std::vector<std::string> asked_;
};

}  // namespace puppis::oam
