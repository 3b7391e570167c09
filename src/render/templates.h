// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/source.h"
#include "oam/definition.h"
#include "schema/fit.h"

namespace puppis::cue {
class Program;
class Runtime;
}  // namespace puppis::cue

namespace puppis::render {

/// Compiled texts of definitions: one compilation for the life of a text. Safe to share between threads.
class Templates {
 public:
  explicit Templates(std::shared_ptr<cue::Runtime> runtime) : runtime_(std::move(runtime)) {}

  /// The definition's template, with list arithmetic and with `context` and `parameter` open.
  Result<std::shared_ptr<const cue::Program>> of(const oam::Definition& definition);
  /// Another text of it (a status rule): `key` names the rule, `place` finds where the text lies, on first
  /// use.
  Result<std::shared_ptr<const cue::Program>> of(
      const oam::Definition& definition, std::string_view key, const std::string& text,
      const std::function<std::shared_ptr<const SourceFile>()>& place);

  /// What the template's `parameter` declares.
  struct Declared {
    schema::DeclaredNames names;
    std::vector<Location> places;  ///< of the declaration
  };
  std::shared_ptr<const Declared> declaredParameters(const oam::Definition& definition);

  /// Any text, by the same rules; not kept.
  [[nodiscard]] Result<std::shared_ptr<const cue::Program>> compile(
      const std::shared_ptr<const SourceFile>& source) const;

  [[nodiscard]] const std::shared_ptr<cue::Runtime>& runtime() const { return runtime_; }

 private:
  /// A template that extends others: one package of all their files.
  Result<std::shared_ptr<const cue::Program>> ofExtending(const oam::Definition& definition);

  struct Entry {
    std::shared_ptr<const SourceFile> source;  // keeps the pointer it is found by from being used again
    std::shared_ptr<const cue::Program> program;
    std::shared_ptr<const Declared> declared;  // null until asked for
  };
  std::shared_ptr<cue::Runtime> runtime_;
  std::mutex mutex_;
  std::unordered_map<const SourceFile*, Entry> templates_;
  std::unordered_map<std::string, std::shared_ptr<const cue::Program>> texts_;  // by definition, key and text
};

}  // namespace puppis::render
