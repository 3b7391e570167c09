// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace re2 {
class RE2;
}

namespace puppis::cue::builtin {

/// A regular expression in RE2 syntax as the Go library reads it, leftmost-first. Immutable; threads may
/// share it.
class Regex {
 public:
  /// Error (InvalidArgument): "error parsing regexp: ...".
  static Result<Regex> compile(std::string_view pattern);

  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  /// Whether it matches somewhere in the text.
  [[nodiscard]] bool matches(std::string_view text) const;

  /// One match: the whole at index 0, then the groups; a group that took no part has a null data pointer.
  using Match = std::vector<std::string_view>;
  /// The first match at or after `from`; empty when there is none.
  [[nodiscard]] Match find(std::string_view text, std::size_t from = 0) const;
  /// Successive matches that do not overlap, at most `limit` (all when negative).
  [[nodiscard]] std::vector<Match> findAll(std::string_view text, std::int64_t limit) const;
  /// Group names by index; "" for groups without. Index 0 is the whole.
  [[nodiscard]] std::vector<std::string> groupNames() const;
  /// Every match replaced by `replacement`, in which $1, $name and ${name} stand for groups unless it is
  /// `literal`.
  [[nodiscard]] std::string replaceAll(std::string_view text, std::string_view replacement,
                                       bool literal) const;

 private:
  explicit Regex(std::unique_ptr<re2::RE2> compiled);
  void expand(std::string& out, std::string_view replacement, const Match& match,
              const std::vector<std::string>& names) const;
  std::unique_ptr<re2::RE2> compiled_;
};

/// The pattern that matches exactly this text.
std::string quoteMeta(std::string_view text);

}  // namespace puppis::cue::builtin
