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

  /// Says which members there can be. One with another name is a fault of the file; when it is a slip of the
  /// hand for a member that is missing, it is read as that one, so that nothing further is said of it. Of an
  /// object from an API, and of a name that is like no other, it is a warning: Kubernetes drops such members.
  void knows(std::string_view what, std::vector<std::string> names);

  [[nodiscard]] bool isObject() const { return object_.isObject(); }
  [[nodiscard]] const data::Value& object() const { return object_; }
  [[nodiscard]] const Place& place() const { return place_; }
  [[nodiscard]] bool has(std::string_view key) const { return !object_.get(keyOf(key)).isNull(); }

  std::string text(std::string_view key);
  /// The same, and a fault when it is absent or empty.
  std::string requiredText(std::string_view key, std::string_view what);
  /// The same, but its absence is a warning: an Application can be rendered without it.
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

 private:
  std::string neededText(std::string_view key, std::string_view what, bool required);
  const data::Value* member(std::string_view key);
  /// The key under which a member stands, its misspelt one included.
  [[nodiscard]] std::string_view keyOf(std::string_view key) const;
  void noteUnknown(std::string_view what, const data::Member& member, const std::vector<std::string>& known,
                   const std::vector<std::string>& given);
  void wrongKind(std::string_view key, std::string_view expected);

  data::Value object_;
  Place place_;
  Diagnostics* diagnostics_;
  std::map<std::string, std::string, std::less<>> misspelt_;  // the right name to the one that stands there
};

}  // namespace puppis::oam
